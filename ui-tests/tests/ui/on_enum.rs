use agentscope::inference;

#[inference]
pub enum Model {
    Small,
    Large,
}

fn main() {
    let _ = (Model::Small, Model::Large);
}
