#include "api/cli/cli.hpp"

int main(int argc, char** argv) { return tollbook::api::run(argc, argv); }
