//! Compiles the screens in `ui/` with their translations.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-env-changed=SLINT_EMIT_DEBUG_INFO");
    let config = slint_build::CompilerConfiguration::new()
        .with_style("fluent-light".into())
        .with_bundled_translations("ui/lang")
        .with_default_translation_context(slint_build::DefaultTranslationContext::None)
        // Tests find widgets by their labels with it.
        .with_debug_info(std::env::var_os("SLINT_EMIT_DEBUG_INFO").is_some());
    slint_build::compile_with_config("ui/app.slint", config)?;
    Ok(())
}
