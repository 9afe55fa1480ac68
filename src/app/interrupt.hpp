// SIGINT and SIGTERM: the first asks the solve to stop and write its results, the second ends the program at once.
#pragma once

namespace burelu::app {

void catch_interrupts();
bool interrupted();

}  // namespace burelu::app
