//! Every setting and every limit. From a file, from `INNOGRAPH_…`, from the command line; the
//! later wins. `innograph config show` prints what is in force.

mod limits;
mod overrides;
mod rooms;
mod sound;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

use crate::accounts::Rules;
use crate::oidc::Provider;
pub use limits::Limits;
pub use overrides::Overrides;

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the store is kept.
    pub data: PathBuf,
    /// Where the service listens. Anything but a loopback address opens it to the network.
    pub listen: SocketAddr,
    /// Which store is served: `xinxiang` (real facts), `demo` (the invented city) or a name of your own.
    pub store_name: String,
    /// A line shown on every page, such as the warning that the data are invented.
    pub banner: Option<String>,
    /// Web pages of these origins (`https://portal.example.cn`) may ask besides the service's own.
    pub origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed; of everybody else the address of the connection counts.
    pub proxies: Vec<IpAddr>,
    /// May anybody ask for the schema? Otherwise those alone who hold a token.
    pub public_introspection: bool,
    /// A manifest of documents that may be asked for by `documentId`; `innograph documents` writes one.
    pub trusted_documents: Option<PathBuf>,
    /// Are the documents of the manifest the only ones that may run?
    pub trusted_only: bool,
    /// Accounts: tries, sessions, passwords.
    pub accounts: Rules,
    /// A sign-on service elsewhere whose tokens count; none by default.
    pub oidc: Option<Provider>,
    /// Keys of people, and the register of erasures.
    pub personal: PersonalSettings,
    /// The limits.
    pub limits: Limits,
}

/// Where what belongs to people is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonalSettings {
    /// Outside the data directory; beside it where none is given.
    #[serde(default)]
    pub directory: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data/xinxiang"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            store_name: "xinxiang".into(),
            banner: None,
            origins: Vec::new(),
            proxies: Vec::new(),
            public_introspection: true,
            trusted_documents: None,
            trusted_only: false,
            accounts: Rules::default(),
            oidc: None,
            personal: PersonalSettings::default(),
            limits: Limits::default(),
        }
    }
}

/// What the environment may set besides the limits.
const SETTINGS: [&str; 9] = [
    "data",
    "listen",
    "store_name",
    "banner",
    "origins",
    "proxies",
    "public_introspection",
    "trusted_documents",
    "trusted_only",
];

impl Config {
    /// Read the settings: defaults, then the file, then the environment (`INNOGRAPH_LIMITS__PAGE`),
    /// then what the command line gave.
    pub fn load(file: Option<&std::path::Path>, given: &Overrides) -> Result<Self, Box<figment::Error>> {
        let mut figment = Figment::from(Serialized::defaults(Config::default()));
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        // Other variables of that beginning belong to scripts and tests.
        let is_setting = |key: &str| {
            let key = key.to_ascii_lowercase();
            // A section that is none is told as such, not passed over.
            SETTINGS.contains(&key.as_str()) || key.contains("__")
        };
        let environment = Env::prefixed("INNOGRAPH_").filter(move |key| is_setting(key.as_str())).split("__");
        figment.merge(environment).merge(Serialized::defaults(given)).extract().map_err(Box::new)
    }

    /// Where the keys of people are.
    pub fn personal_directory(&self) -> PathBuf {
        self.personal.directory.clone().unwrap_or_else(|| crate::vault::beside(&self.data))
    }

    /// The store's name in Chinese.
    pub fn store_name_zh(&self) -> &str {
        match self.store_name.as_str() {
            "xinxiang" => "新乡公开事实",
            "demo" => "示例市（虚构）",
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_wins_and_defaults_are_loopback() {
        let given = Overrides { store_name: Some("demo".into()), ..Overrides::default() };
        let config = Config::load(None, &given).expect("defaults are complete");
        assert_eq!(config.store_name, "demo");
        assert!(config.listen.ip().is_loopback());
        assert_eq!(config.limits, Limits::default());
    }
}
