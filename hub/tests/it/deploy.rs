//! What stands in `hub/deploy`, as far as the hub itself reads it. (`script/check-deploy` looks at the rest, and
//! whether the chart renders what is read here.)

use std::net::Ipv4Addr;
use std::path::Path;

use zuil_hub::Config;
use zuil_hub::config::{LogFormat, StoreKind};

fn loaded(file: &str) -> Config {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(file);
    Config::load(&path).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_configuration_for_containers_is_one_that_the_hub_takes() {
    for file in
        ["compose/hub.toml", "helm/zuil-hub/ci/example-hub.toml", "helm/zuil-hub/ci/everything-hub.toml"]
    {
        let config = loaded(file);
        assert_eq!(
            (config.store.kind, config.log_format),
            (StoreKind::Postgresql, LogFormat::Json),
            "{file}"
        );
        assert_eq!(config.data_dir, Path::new("/var/lib/zuil/data"), "{file}: the folder that is mounted");
        let operations = config.operations.listen.unwrap();
        let doors =
            [config.intake.listen, config.desk.listen, operations].map(|door| (door.ip(), door.port()));
        let everywhere = |port| (Ipv4Addr::UNSPECIFIED.into(), port);
        assert_eq!(doors, [8443, 8080, 9464].map(everywhere), "{file}: the ports that are exposed");
        let residents = config.desk.public_listen.map(|door| (door.ip(), door.port()));
        let has_door = file != "helm/zuil-hub/ci/example-hub.toml";
        assert_eq!(residents, has_door.then(|| everywhere(8081)), "{file}: published apart from the desk");
        assert!(config.desk.behind_proxy && config.access.totp, "{file}");
        assert!(config.hub_url(None).is_ok(), "{file}: bindings need an address");
    }
}

#[test]
fn what_the_chart_is_told_stands_in_the_configuration() {
    let (example, everything) =
        (loaded("helm/zuil-hub/ci/example-hub.toml"), loaded("helm/zuil-hub/ci/everything-hub.toml"));
    assert_eq!((example.municipality.as_str(), example.intake.revoked_days), ("Voorbeeldhuizen", 90));
    assert!(example.connectors.is_none());
    assert_eq!(everything.municipality, "Voorbeeld \"aan\" de Plas");
    assert_eq!(everything.intake.revoked_days, 30);
    let connectors = everything.connectors.unwrap();
    assert!(connectors.open_zaak.is_some());
    let file_drop = connectors.file_drop.unwrap();
    assert_eq!(file_drop.folder, Path::new("/srv/zuil"), "the folder that is mounted");
}
