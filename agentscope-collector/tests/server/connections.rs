//! Connections that bring nothing.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::running::Running;

fn connected(server: &Running, sends: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(server.http).expect("a server");
    stream.write_all(sends).expect("sent");
    stream
}

/// They kept everybody out for ever.
#[test]
fn connections_without_a_request_make_room_for_those_with_one() {
    let server = Running::start("[limits]\nconnections = 4\n");
    let beginnings: [&[u8]; 3] = [b"", b"POST /v1/tra", b"PRI * HTTP/2.0\r\n"];
    let silent: Vec<TcpStream> = (0..12)
        .map(|number| connected(&server, beginnings[number % 3]))
        .collect();
    let mut kept = connected(&server, b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
    let limit = Some(Duration::from_secs(10));
    kept.set_read_timeout(limit).expect("a socket");
    let mut answer = [0; 12];
    kept.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 200");
    // Who has asked something stays while others have not.
    for _ in 0..3 {
        assert_eq!(
            reqwest::blocking::get(format!("http://{}/healthz", server.http))
                .expect("an answer")
                .status(),
            200
        );
    }
    let mut ended = &silent[0];
    ended.set_read_timeout(limit).expect("a socket");
    assert_eq!(ended.read(&mut [0; 1]).unwrap_or(0), 0, "it made room");
    server.stop();
}
