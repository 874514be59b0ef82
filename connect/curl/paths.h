/* Paths of remote files: which are looked at, what ::WORDS:: in them stand for, and how a file is called before it is whole. Pure. */
#ifndef WEIR_CONNECT_CURL_PATHS_H
#define WEIR_CONNECT_CURL_PATHS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* A path of a job: UTF-8, no control characters, no part that is "..". NULL: it is fine; else what it must be. */
const char *path_problem (const char *path);

/* A name that a listing brought: one part of a path, UTF-8 without control characters. */
bool path_is_name (const char *name);

/* Whether somebody is still writing it: a dot name, or one that ends as those of programs that copy do. */
bool path_is_partial (const char *name);

/* "out/a.csv": "out" and "a.csv"; "a.csv": "" and "a.csv"; "/a.csv": "/" and "a.csv". ret_folder is the caller's; the name is borrowed from path. */
const char *path_split (const char *path, char **ret_folder);

/* The folder, which may be "", and a name in it. Owned by the caller. */
char *path_join (const char *folder, const char *name);

/* "out/.a.csv.part" of "out/a.csv". Owned by the caller. */
char *path_part (const char *path);

/* What the ::WORDS:: of a path or text stand for. */
typedef struct
{
  const char *table, *run, *job; /* NULL: "" */
  int64_t on;                    /* seconds since 1970; the time zone is the machine's */
} PathFacts;

/* ::TABLE::, ::RUN::, ::JOB::, and dates of YYYY, YY, MM, DD, HH24, MI, SS with what stands between them: ::YYYYMMDD::, ::YYYY-MM-DD::. A / in a name becomes _.
 * NULL where a word is none of these; *ret_word (may be NULL) is then that word, the caller's. Owned by the caller. */
char *path_fill (const char *text, const PathFacts *facts, char **ret_word);

/* The same of a text for people, in which what cannot be meant as a word ("[::1]", "std::string") stays as it is. */
char *path_fill_text (const char *text, const PathFacts *facts, char **ret_word);

/* A shell pattern of the names that the parts of this template's files have, of this table and job, in all runs and at all times: ".report-*.csv.part". Owned by the
 * caller. */
char *path_parts_pattern (const char *name_template, const PathFacts *facts);

/* "a-1.csv" of "a.csv" and "1". Owned by the caller. */
char *path_suffixed (const char *name, const char *suffix);

/* "2026-11-29T08:00:00Z", with microseconds where there are some; and back, false where it is no time with a zone. Microseconds since 1970. */
char *path_time_text (int64_t time);
bool path_time_read (const char *text, int64_t *ret_time);

#endif
