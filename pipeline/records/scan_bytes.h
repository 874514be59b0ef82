/* Where in a text the few bytes are that mean something, by one look at 64 bytes at once; and which bytes are beyond ASCII. Part of
 * the reader. Pure.
 *
 *   scan_init (&scan, ",\"\n\r");  scan.look (&scan, bytes, blocks, marks);
 *
 * The way of simdjson's first stage (G. Langdale, D. Lemire, "Parsing gigabytes of JSON per second", 2019): comparisons make a mask,
 * and whoever reads goes from one set bit to the next. Nothing else of the text is touched. */
#ifndef WEIR_PIPELINE_RECORDS_SCAN_BYTES_H
#define WEIR_PIPELINE_RECORDS_SCAN_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_BLOCK 64 /* bytes: as many as a mask has bits */
#define SCAN_BYTES 4  /* that are looked for */

/* Bit i, from the lowest, stands for byte i of a block. */
typedef struct
{
  uint64_t hits; /* one of the bytes looked for */
  uint64_t high; /* beyond ASCII */
} ScanMarks;

typedef struct Scan Scan;

/* Makes the marks of so many blocks of SCAN_BLOCK bytes, which begin at any address. */
typedef void (*ScanLook) (const Scan *scan, const char *bytes, size_t blocks, ScanMarks *ret_marks);

struct Scan
{
  ScanLook look;                       /* the fastest that this machine has */
  unsigned char bytes[SCAN_BYTES][32]; /* each as often as one of the looks compares at once */
};

/* "bytes": those looked for, SCAN_BYTES of them; one may stand there twice. */
void scan_init (Scan *scan, const char *bytes);

/* The looks, for tests: they see the same. */
void scan_look_plain (const Scan *scan, const char *bytes, size_t blocks, ScanMarks *ret_marks);
bool scan_has_avx2 (void);
void scan_look_avx2 (const Scan *scan, const char *bytes, size_t blocks, ScanMarks *ret_marks); /* if scan_has_avx2 */

#endif
