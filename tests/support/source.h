/* A source of the fake connector (tests/fake/main.c), which is a folder of the home, and jobs that pull it. */
#ifndef WEIR_TESTS_SUPPORT_SOURCE_H
#define WEIR_TESTS_SUPPORT_SOURCE_H

#include "weir.h"

/* weir.json with the connection "app" of the source, and "more" members. */
void source_setup (Home *home, const char *more);

/* jobs/NAME.json, of that connection: {"from": ..., MEMBERS}. */
void source_job (Home *home, const char *name, const char *members);

/* All of its rows: "1 a Ann ann@x.org", a row a line, with blanks between the cells. */
void source_rows (Home *home, const char *rows);

/* A file as it lies there, changed so many seconds after 2026-01-01. */
void source_file (Home *home, const char *name, const char *text, double seconds);

/* What the connector is to do wrong: "transient 2". */
void source_deed (Home *home, const char *deed);

/* How often it was asked, and its last request, or the one "back" before that. */
int source_asked (Home *home);
Json *source_request (Home *home, int back);

/* The published object of a pull that ends with this code. */
Json *source_pull (Home *home, int code, const char *job);

/* The position of a job's only bookmark as compact JSON, "-": there is none. */
void assert_position (Home *home, const char *job, const char *expected);

/* Nothing is left of pulls but what is to be: no spool file, and nothing in the drop folder. */
void assert_nothing_left (Home *home);

#endif
