/* What a worker answers (src/load/worker.h): one object a request. */
#ifndef WEIR_SRC_LOAD_ANSWER_H
#define WEIR_SRC_LOAD_ANSWER_H

#include "src/load/loading.h"

/* All return a new reference, but for those that take an answer and return it. */

/* Names the file that an answer is about, and its table, where they are known (not NULL). Takes the answer. */
Json *answer_about (Json *answer, const char *file, const char *table);

/* Names whose session the loader found in the way, if it did (loader_find_blocker). Takes the answer. */
Json *answer_blocker (Json *answer, Loader *loader);

/* An error, and its scope. Of a connection that broke it is found out here whether only that session is gone, or the database: the
 * loader may have a new one then, and none of the locks of the old. */
Json *answer_error (Loader *loader, const char *file, const char *table, const GError *error);

/* The same of a file that was given back. What was found wrong with the table would have been found before there was a run: others of
 * it may do well, so the scope of a MODEL error is the file's. */
Json *answer_given_back (Loader *loader, const char *file, const char *table, const GError *error);

/* The same of a file that stays claimed: with its "run". */
Json *answer_orphan (Loader *loader, const Claim *claim, const char *table, const GError *error);

/* A run has its summary when it is over: then only the file could not be moved, and the answer says "over". Takes the answer. */
Json *answer_stuck (const LoadEnd *end, Json *answer);

/* "done": the file has ended, its published object is the answer's. */
Json *answer_end (const LoadEnd *end);

#endif
