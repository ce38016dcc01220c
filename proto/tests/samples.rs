//! At least one message of every variant. A variant without one does not compile.

/// Makes the list of an enum's samples: variant, then the names and values of its samples.
macro_rules! samples {
    ($(#[$doc:meta])* $list:ident: $enum:ident {
        $($variant:ident: $($name:literal => $sample:expr),+;)+
    }) => {
        $(#[$doc])*
        pub(crate) fn $list() -> Vec<(&'static str, $enum)> {
            // Without a wildcard, so that a new variant has to come here.
            let _ = |listed: &$enum| match listed { $($enum::$variant { .. } => (),)+ };
            let mut samples = Vec::new();
            $($(
                samples.push(($name, $sample));
                assert!(matches!(samples.last(), Some((_, $enum::$variant { .. }))), "{} is another", $name);
            )+)+
            samples
        }
    };
}

mod answers;
mod parts;
mod requests;
mod values;

pub(crate) use self::answers::answers;
pub(crate) use self::parts::{
    codes, events, happenings, kinds, origins, outcomes, revocation_states, revocations, sources, states,
    targets, tunnel_forms, tunnel_statuses,
};
pub(crate) use self::requests::requests;
pub(crate) use self::values::secret;
