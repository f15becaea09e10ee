#include "cli/command.h"

int main(int argc, char** argv) { return flanmoe::run_command_line(argc, argv); }
