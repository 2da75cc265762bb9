fn main() {
    agentscope::confidence(90);
}
