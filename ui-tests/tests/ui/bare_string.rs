fn main() {
    let found = 3;
    agentscope::memory(format!("{found} orders"));
}
