/* What the fuzz targets share. Each is a file with one function that takes any bytes and must neither crash nor find a REQUIRE
 * broken. scripts/fuzz runs them with libFuzzer; with main.c instead they replay files, for the tests and for AFL++. */
#ifndef WEIR_TESTS_FUZZ_FUZZ_H
#define WEIR_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The name is libFuzzer's. "data" has nothing behind its end, so that the sanitizer sees whoever reads on. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                                                         \
  do                                                                                                                               \
    {                                                                                                                              \
      if (!(condition))                                                                                                            \
        {                                                                                                                          \
          fprintf (stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                                 \
          abort ();                                                                                                                \
        }                                                                                                                          \
    }                                                                                                                              \
  while (0)

#endif
