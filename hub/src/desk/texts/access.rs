//! Words about signing in, accounts, and who did what. Invariant: none tells whether there is an account of a name to
//! somebody who has not signed in.

use super::super::visitor::Section;
use super::Lang;
use crate::store::{Deed, Role};

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $nl:literal, $en:literal;)*) => {
        /// The texts that never change.
        #[derive(Debug)]
        pub(in super::super) struct AccessTexts {
            $($(#[$doc])* pub $name: &'static str,)*
        }
        const NL: AccessTexts = AccessTexts { $($name: $nl,)* };
        const EN: AccessTexts = AccessTexts { $($name: $en,)* };
    };
}

texts! {
    name: "Naam", "Name";
    name_help: "Zoals de beheerder die u gaf, bijvoorbeeld a.jansen.", "As the administrator gave it to you, such as a.jansen.";
    wrong: "Deze naam en dit wachtwoord horen niet bij elkaar. Kijk of u alle 12 letters en cijfers van het wachtwoord hebt ingevuld.",
        "This name and this password do not belong together. Check that you typed all 12 letters and digits of the password.";
    forgotten_password: "Wachtwoord kwijt? De beheerder maakt een nieuw. Is er geen beheerder, dan met het commando",
        "Lost the password? The administrator makes a new one. If there is none, with the command";
    or_with: "Inloggen met", "Sign in with";
    code_title: "Code invullen", "Give the code";
    code_help: "Open de app voor inlogcodes op uw telefoon en vul de 6 cijfers in die daar bij Zuil staan. Telefoon kwijt? Vul een van uw herstelcodes in.",
        "Open the authenticator app on your phone and type the 6 digits that it shows for Zuil. Lost your phone? Type one of your recovery codes.";
    code: "Code", "Code";
    next: "Verder", "Continue";
    wrong_code: "Deze code klopt niet, of is al gebruikt. Wacht tot de app een nieuwe code laat zien.",
        "This code is not right, or was used already. Wait until the app shows a new code.";
    proof_title: "Laat zien dat u het bent", "Show that it is you";
    proof_by_code: "Dit geeft toegang tot het systeem. Vul daarom nog een keer een code van uw app in. Een code die u al gebruikte, ook om in te loggen, werkt niet meer. Telefoon kwijt? Vul een van uw herstelcodes in.",
        "This gives access to the system. So type a code of your app once more. A code that you used already, also to sign in, does not work again. Lost your phone? Type one of your recovery codes.";
    proof_by_password: "Dit geeft toegang tot het systeem. Vul daarom nog een keer uw eigen wachtwoord in.",
        "This gives access to the system. So type your own password once more.";
    wrong_password: "Dit is niet uw wachtwoord. Kijk of u alle 12 letters en cijfers hebt ingevuld.",
        "This is not your password. Check that you typed all 12 letters and digits.";
    sign_in_first: "Log eerst opnieuw in", "Sign in again first";
    sign_in_first_help: "Dit geeft toegang tot het systeem. Laat daarom nog een keer zien dat u het bent, met uw gemeenteaccount. Doe het daarna opnieuw: dat kan 15 minuten lang.",
        "This gives access to the system. So show once more that it is you, with your account of the municipality. Then do it again: you have 15 minutes for that.";
    app_title: "App voor inlogcodes instellen", "Set up the authenticator app";
    app_help: "Bij elke keer inloggen vragen we naast uw wachtwoord een code van uw telefoon. Dat stelt u één keer in.",
        "Each time you sign in we ask for a code of your phone besides your password. You set this up once.";
    app_step_1: "Installeer een app voor inlogcodes op uw telefoon, als u er nog geen hebt. Elke app met tijdgebonden codes (TOTP) werkt.",
        "Install an authenticator app on your phone if you have none. Every app for time-based codes (TOTP) works.";
    app_step_2: "Scan deze code met de app, of typ de letters en cijfers eronder over.",
        "Scan this code with the app, or type the letters and digits below it.";
    app_step_3: "Vul de 6 cijfers in die de app nu laat zien.", "Type the 6 digits that the app shows now.";
    qr: "QR-code met het geheim voor de app", "QR code with the secret for the app";
    wrong_first_code: "Deze code klopt niet. Wacht op de volgende code van de app. Klopt die ook niet, kijk dan of de klok van uw telefoon goed staat.",
        "This code is not right. Wait for the next code of the app. If that is not right either, check the clock of your phone.";
    recovery_title: "Bewaar deze herstelcodes", "Keep these recovery codes";
    recovery_help: "Met elk van deze codes kunt u één keer inloggen als u uw telefoon kwijt bent. Druk ze af of schrijf ze op; u ziet ze maar één keer.",
        "With each of these codes you can sign in once if you have lost your phone. Print them or write them down; you see them only once.";
    recovery_done: "Ik heb ze bewaard", "I have kept them";
    signed_in_title: "U bent ingelogd", "You are signed in";
    go_on: "Ga verder", "Go on";
    goodbye_title: "U bent uitgelogd", "You are signed out";
    goodbye_help: "Bij uw gemeenteaccount bent u misschien nog ingelogd. Log daar ook uit als anderen deze computer gebruiken.",
        "You may still be signed in to your account of the municipality. Sign out there, too, if others use this computer.";
    goodbye_provider: "Ook daar uitloggen", "Sign out there, too";
    no_role: "U hebt hier nog geen rol", "You have no role here yet";
    no_role_help: "We weten wie u bent, maar uw account heeft geen rol in dit systeem. Vraag de beheerder van uw gemeenteaccount om een rol.",
        "We know who you are, but your account has no role in this system. Ask the administrator of your account for a role.";
    disabled: "Dit account is uitgezet", "This account is disabled";
    disabled_help: "De beheerder kan het weer aanzetten.", "The administrator can enable it again.";
    provider_away: "Inloggen met uw gemeenteaccount kan nu niet", "Signing in with your account does not work now";
    provider_away_help: "Het systeem waarmee u inlogt geeft geen bruikbaar antwoord. Probeer het over een paar minuten opnieuw; blijft het zo, bel dan de beheerder.",
        "The system with which you sign in gives no usable answer. Try again in a few minutes; if it stays like this, call the administrator.";
    provider_refused: "U bent niet ingelogd", "You were not signed in";
    provider_refused_help: "U brak het inloggen af, of uw gemeenteaccount mag hier niet inloggen. Probeer het opnieuw, of vraag de beheerder.",
        "You ended it, or your account may not sign in here. Try again, or ask the administrator.";
    not_begun_here: "Begin opnieuw met inloggen", "Begin again to sign in";
    not_begun_here_help: "Dit antwoord hoort niet bij een poging in deze browser, of het duurde langer dan 10 minuten. Log opnieuw in.",
        "This answer is not for an attempt in this browser, or it took longer than 10 minutes. Sign in again.";
    clocks_differ: "De klokken verschillen te veel", "The clocks differ too much";
    clocks_differ_help: "Wat het inlogsysteem stuurde is volgens de klok van de hub nog niet of niet meer geldig. Vraag de beheerder om beide klokken te vergelijken.",
        "What the sign-in system sent is not valid yet, or no longer, by the hub's clock. Ask the administrator to compare both clocks.";
    bad_token: "Het inlogsysteem stuurde iets dat niet klopt", "The sign-in system sent something that is not right";
    bad_token_help: "Daarom bent u niet ingelogd. Probeer het opnieuw; blijft het zo, bel dan de beheerder.",
        "So you were not signed in. Try again; if it stays like this, call the administrator.";
    not_anew: "U hebt niet opnieuw ingelogd", "You did not sign in again";
    not_anew_help: "Het inlogsysteem vroeg niet wie u bent, of stuurde niet mee wanneer u inlogde. Log uit bij uw gemeenteaccount en probeer het nog eens. Blijft het zo, vraag de beheerder dan of het inlogsysteem auth_time meestuurt.",
        "The sign-in system did not ask who you are, or did not say when you signed in. Sign out of your account and try once more. If it stays like this, ask the administrator whether the sign-in system sends auth_time.";
    not_for_you: "Dit mag u niet", "You may not do this";
    show: "Toon wat de bewoner invulde", "Show what the resident filled in";
    show_help: "Alleen als u het nodig hebt om de bewoner te helpen. In het logboek komt te staan dat u het bekeek.",
        "Only if you need it to help the resident. The log will say that you looked at it.";
    hidden: "Wat de bewoner invulde ziet alleen een KCC-medewerker.", "Only a KCC agent sees what the resident filled in.";
    forgotten: "Inhoud verwijderd", "Content deleted";
    forgotten_help: "De aanvraag is overgenomen in een ander systeem of afgehandeld, of stond hier te lang. Daarna is de inhoud verwijderd.",
        "The request was taken over into another system or dealt with, or was here for too long. Then the content was deleted.";
    my_account: "Mijn account", "My account";
    roles: "Rollen", "Roles";
    none: "geen", "none";
    new_password: "Nieuw wachtwoord maken", "Make a new password";
    new_password_help: "Het oude wachtwoord werkt daarna niet meer, en wie ermee is ingelogd moet opnieuw inloggen.",
        "The old password does not work afterwards, and whoever signed in with it has to sign in again.";
    recovery_left: "Herstelcodes over", "Recovery codes left";
    new_app: "Andere telefoon of nieuwe herstelcodes", "Another phone or new recovery codes";
    new_app_help: "U wordt uitgelogd, en stelt de app opnieuw in als u weer inlogt.",
        "You are signed out, and set up the app anew when you sign in again.";
    staff: "Medewerkers", "Staff";
    add_title: "Account maken", "Make an account";
    add: "Maak het account", "Make the account";
    add_help: "Kleine letters, cijfers, punten en streepjes.", "Small letters, digits, dots and dashes.";
    name_taken: "Er is of was al een account met deze naam. Kies een andere.", "There is or was an account of this name. Choose another.";
    not_a_name: "Een naam heeft kleine letters, cijfers, punten en streepjes en begint met een letter.",
        "A name has small letters, digits, dots and dashes and begins with a letter.";
    choose_a_role: "Kies ten minste één rol.", "Choose at least one role.";
    state: "Stand", "State";
    active: "Actief", "Active";
    disabled_state: "Uitgezet", "Disabled";
    app: "Inlogcode", "Second factor";
    app_yes: "Met app", "With an app";
    app_no: "Nog geen app", "No app yet";
    by_provider: "Via gemeenteaccount", "By the identity provider";
    signed_in: "Laatst ingelogd", "Last signed in";
    never: "Nog nooit", "Never";
    made: "Gemaakt", "Made";
    back_to_staff: "Terug naar alle medewerkers", "Back to all staff";
    save_roles: "Bewaar de rollen", "Save the roles";
    roles_by_provider: "De rollen van dit account komen van het gemeenteaccount.", "The roles of this account come from the identity provider.";
    remove_app: "App voor inlogcodes wegnemen", "Take the authenticator app away";
    remove_app_help: "Voor wie de telefoon kwijt is. Bij het volgende inloggen stelt de medewerker de app opnieuw in.",
        "For somebody who lost the phone. They set up the app anew when they next sign in.";
    disable: "Account uitzetten", "Disable the account";
    enable: "Account weer aanzetten", "Enable the account";
    disable_help: "Wie ermee is ingelogd, is meteen uitgelogd.", "Whoever is signed in with it is signed out at once.";
    nobody_left: "Dan is er geen beheerder meer", "Then there is no administrator left";
    nobody_left_help: "Maak eerst iemand anders met een wachtwoord beheerder.", "First make somebody else with a password an administrator.";
    password_title: "Het nieuwe wachtwoord", "The new password";
    password_help: "Geef het de medewerker zelf, niet per e-mail. U ziet het maar één keer.",
        "Give it to them in person, not by e-mail. You see it only once.";
    own_password_help: "Schrijf het op of bewaar het in een wachtwoordkluis. U ziet het maar één keer.",
        "Write it down or keep it in a password manager. You see it only once.";
    sign_in_again: "Opnieuw inloggen", "Sign in again";
    audit: "Logboek", "Log";
    audit_help: "Wie wat zag of deed. Niets hierin kan worden veranderd; zuil-hub audit verify controleert dat.",
        "Who saw or did what. Nothing in it can be changed; zuil-hub audit verify checks that.";
    who: "Wie", "Who";
    deed: "Wat", "What";
    about: "Waarover", "About";
    about_help: "Een kenmerk, een zuil of een account.", "A reference, a pillar or an account.";
    detail: "Hoe", "How";
    when: "Wanneer", "When";
    number: "Nummer", "Number";
    from: "Vanaf (jjjj-mm-dd)", "From (yyyy-mm-dd)";
    to: "Tot en met (jjjj-mm-dd)", "Up to (yyyy-mm-dd)";
    not_a_day: "Schrijf een dag als 2026-11-23.", "Write a day as 2026-11-23.";
    everything: "Alles", "Everything";
    nothing_noted: "Er staat niets in het logboek dat hieraan voldoet.", "Nothing in the log matches this.";
}

impl Lang {
    pub(in super::super) const fn access_texts(self) -> &'static AccessTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// The name of a part of the desk, as in the menu.
    pub(in super::super) const fn section(self, section: Section) -> &'static str {
        let (t, w) = (self.texts(), self.access_texts());
        match section {
            Section::Transactions => t.transactions,
            Section::Finder => self.finder_texts().title,
            Section::Referrals => self.referral_texts().title,
            Section::Worklist => self.worklist_texts().title,
            Section::Pillars => t.pillars,
            Section::Payments => t.payments,
            Section::Questions => t.questions,
            Section::Surveys => self.survey_texts().title,
            Section::Staff => w.staff,
            Section::Audit => w.audit,
            Section::Account | Section::Other => w.my_account,
        }
    }

    /// A role in words.
    pub(in super::super) const fn role(self, role: Role) -> &'static str {
        match (self, role) {
            (Self::Nl, Role::Agent) => "KCC-medewerker",
            (Self::Nl, Role::Technician) => "technicus",
            (Self::Nl, Role::Editor) => "redacteur",
            (Self::Nl, Role::Administrator) => "beheerder",
            (Self::En, Role::Agent) => "KCC agent",
            (Self::En, Role::Technician) => "technician",
            (Self::En, Role::Editor) => "editor",
            (Self::En, Role::Administrator) => "administrator",
        }
    }

    /// What somebody with a role does.
    pub(in super::super) const fn role_help(self, role: Role) -> &'static str {
        match (self, role) {
            (Self::Nl, Role::Agent) => "helpt bellers, ziet aanvragen en wat bewoners invulden",
            (Self::Nl, Role::Technician) => "zorgt voor de zuilen",
            (Self::Nl, Role::Editor) => "maakt taken en antwoorden",
            (Self::Nl, Role::Administrator) => "maakt accounts en ziet het logboek",
            (Self::En, Role::Agent) => "helps callers, sees requests and what residents filled in",
            (Self::En, Role::Technician) => "looks after the pillars",
            (Self::En, Role::Editor) => "makes tasks and answers",
            (Self::En, Role::Administrator) => "makes accounts and sees the log",
        }
    }

    /// Who may do what somebody may not.
    pub(in super::super) fn only_for(self, roles: &[Role]) -> String {
        let words: Vec<&str> = roles.iter().map(|role| self.role(*role)).collect();
        match self {
            Self::Nl => format!(
                "Dit kan alleen een {}. Vraag het een collega met die rol, of vraag de beheerder om de rol.",
                words.join(" of een ")
            ),
            Self::En => format!(
                "Only a person with the role {} can do this. Ask a colleague who has it, or ask the administrator for \
                 the role.",
                words.join(" or ")
            ),
        }
    }

    /// What somebody did, in the past tense.
    pub(in super::super) const fn deed(self, deed: Deed) -> &'static str {
        let (nl, en) = match deed {
            Deed::SignedIn => ("logde in", "signed in"),
            Deed::NotLetIn => ("werd niet toegelaten", "was not let in"),
            Deed::SignedOut => ("logde uit", "signed out"),
            Deed::UsedRecoveryCode => ("gebruikte een herstelcode", "used a recovery code"),
            Deed::SetUpApp => ("stelde de app in", "set up the app"),
            Deed::SawContent => ("bekeek wat een bewoner invulde", "saw what a resident filled in"),
            Deed::DecidedPayment => ("besliste over een betaling", "decided about a payment"),
            Deed::AddedPillar => ("voegde een zuil toe", "added a pillar"),
            Deed::RevokedPillar => ("trok een zuil in", "revoked a pillar"),
            Deed::MadeCode => ("maakte een code om een zuil aan te melden", "made a code to enrol a pillar"),
            Deed::CancelledCode => ("trok een aanmeldcode in", "took an enrolment code back"),
            Deed::EnrolledPillar => ("zuil aangemeld met de code van", "pillar enrolled with the code of"),
            Deed::PublishedCatalogue => ("publiceerde een catalogus", "published a catalogue"),
            Deed::AddedAccount => ("maakte een account", "made an account"),
            Deed::ChangedRoles => ("veranderde rollen", "changed roles"),
            Deed::ChangedName => ("kreeg een andere naam", "got another name"),
            Deed::DisabledAccount => ("zette een account uit", "disabled an account"),
            Deed::EnabledAccount => ("zette een account aan", "enabled an account"),
            Deed::NewPassword => ("maakte een wachtwoord", "made a password"),
            Deed::RemovedApp => ("nam een app weg", "took an app away"),
            Deed::Downloaded => ("haalde een lijst op", "took a list away"),
            Deed::SentAgain => ("stuurde opnieuw door", "sent on again"),
            Deed::RegisteredByHand => ("noteerde als geregistreerd", "noted as registered"),
            Deed::SentAnyway => ("stuurde toch door", "sent on anyway"),
            Deed::ClosedRequest => ("handelde de aanvraag af", "dealt with the request"),
            Deed::Ordered => ("gaf een zuil een opdracht", "gave a pillar an order"),
            Deed::MadeReferral => ("maakte een verwijscode", "made a referral"),
            Deed::RevokedReferral => ("trok een verwijscode in", "revoked a referral"),
            Deed::TookCallBack => ("nam het terugbellen op zich", "took a call to make"),
            Deed::ToldCallBack => ("noteerde hoe het bellen ging", "noted how a call went"),
            Deed::Drafted => ("werkte aan een antwoord", "worked on an answer"),
            Deed::AddedSystem => ("gaf de hub een systeemversie", "gave the hub a system version"),
            Deed::RemovedSystem => ("haalde een systeemversie weg", "took a system version away"),
            Deed::RolledOut => ("verdeelde een systeemversie", "rolled a system version out"),
            Deed::MadeServiceCode => ("maakte een servicecode", "made a service code"),
            Deed::VoidedServiceCodes => ("maakte alle servicecodes ongeldig", "made all service codes void"),
        };
        match self {
            Self::Nl => nl,
            Self::En => en,
        }
    }
}
