// SIGINT, SIGTERM and SIGHUP: while there is something to write the first asks the solve to stop and write its results,
// the second ends the program at once; before that the first one does.
#pragma once

namespace burelu::app {

/// From here on signals end the program at once with the exit code of an interrupt.
void catch_interrupts();
/// From here on there are results to write.
void keep_results();

/// From now on a second signal ends the process only where it comes some seconds after the first: launchers of several
/// processes send a few at once.
void be_patient();
bool interrupted();

}  // namespace burelu::app
