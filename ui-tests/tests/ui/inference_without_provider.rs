use agentscope::inference;

#[inference]
async fn complete() {}

#[inference(model = "m")]
async fn ask() {}

fn main() {
    let _ = (complete(), ask());
}
