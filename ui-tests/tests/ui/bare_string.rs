use agentscope::because;

async fn look() {}

fn main() {
    let found = 3;
    agentscope::memory(format!("{found} orders"));
    let _ = look().because(String::from("the order must be found"));
}
