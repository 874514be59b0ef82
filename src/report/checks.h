/* The checks of `weir check`: each finds out one thing, changes nothing that stays, and says what to do when it fails. */
#ifndef WEIR_SRC_REPORT_CHECKS_H
#define WEIR_SRC_REPORT_CHECKS_H

#include "src/report/checks_list.h"
#include "src/settings/settings.h"

/* All checks of a home (of Check), in the order in which to mend what failed. */
GPtrArray *checks_run (const Settings *settings);

#endif
