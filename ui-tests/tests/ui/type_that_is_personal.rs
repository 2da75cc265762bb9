#![allow(dead_code)]

use agentscope::Classify;

#[derive(Classify)]
#[sensitivity(default = internal)]
struct Request {
    from: std::net::IpAddr,
    #[sensitivity(public)]
    peer: Option<std::net::SocketAddr>,
}

fn main() {}
