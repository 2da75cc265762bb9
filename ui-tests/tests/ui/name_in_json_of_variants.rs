#![allow(dead_code)]

use agentscope::Classify;

#[derive(serde::Serialize, Classify)]
#[serde(rename_all_fields = "SCREAMING_SNAKE_CASE")]
enum Event {
    Signup {
        #[sensitivity(internal)]
        user_name: String,
    },
    #[serde(rename_all = "kebab-case")]
    Payment {
        #[sensitivity(internal)]
        #[serde(rename = "card-number")]
        with: String,
    },
}

fn main() {}
