//! The URL that a caller asks a token for, and the pattern that an Access application covers.

mod pattern;
mod url;

pub use self::pattern::AppPattern;
pub use self::url::AppUrl;
