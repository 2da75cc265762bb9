use agentscope::because;

async fn look() {}

fn main() {
    let _ = look().because(String::from("the order must be found"));
}
