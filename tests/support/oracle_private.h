/* Between the oracle's files: each appends one line per violation. */
#ifndef WEIR_TESTS_SUPPORT_ORACLE_PRIVATE_H
#define WEIR_TESTS_SUPPORT_ORACLE_PRIVATE_H

#include "home.h"

void oracle_check_database (Home *home, unsigned flags, GString *violations);
void oracle_check_files (Home *home, unsigned flags, GString *violations);
void oracle_check_lines (Home *home, GString *violations);
void oracle_check_secrets (Home *home, GString *violations);
void oracle_check_replay (Home *home, GString *violations);

#endif
