#include "pipeline/records/scan_bytes.h"

#include <glib.h>
#include <string.h>

/* ---- any machine: eight bytes in a word ---- */

#define EIGHT(byte) (UINT64_C (0x0101010101010101) * (byte))

static uint64_t
load_eight (const void *bytes)
{
  uint64_t eight;
  memcpy (&eight, bytes, sizeof eight);
  return GUINT64_FROM_LE (eight);
}

/* The highest bit of each byte that is not 0, beside others: no carry leaves a byte (H. Warren, "Hacker's Delight", 6-1). */
static uint64_t
other_bytes (uint64_t eight)
{
  const uint64_t lows = EIGHT (0x7F);
  return ((eight & lows) + lows) | eight;
}

/* The highest bits of eight bytes, side by side: each of them is moved to a place of its own in the uppermost byte. */
static uint64_t
gather (uint64_t highs)
{
  return ((highs >> 7) * UINT64_C (0x0102040810204080)) >> 56;
}

static ScanMarks
look_at_block (const Scan *scan, const char *block)
{
  const uint64_t highs = EIGHT (0x80);
  ScanMarks marks = { 0, 0 };
  for (int i = 0; i < SCAN_BLOCK; i += 8)
    {
      const uint64_t text = load_eight (block + i);
      uint64_t others = highs;
      for (int j = 0; j < SCAN_BYTES; j++)
        others &= other_bytes (text ^ load_eight (scan->bytes[j]));
      marks.hits |= gather (others ^ highs) << i;
      if ((text & highs) != 0)
        marks.high |= gather (text & highs) << i;
    }
  return marks;
}

void
scan_look_plain (const Scan *scan, const char *bytes, size_t blocks, ScanMarks *ret_marks)
{
  for (size_t i = 0; i < blocks; i++)
    ret_marks[i] = look_at_block (scan, bytes + i * SCAN_BLOCK);
}

/* ---- x86-64 since 2013: 32 bytes in a register ---- */

#ifdef __x86_64__

#include <immintrin.h>

bool
scan_has_avx2 (void)
{
  return __builtin_cpu_supports ("avx2");
}

#define LOAD(bytes) _mm256_loadu_si256 ((const __m256i *) (const void *) (bytes))

__attribute__ ((target ("avx2"))) void
scan_look_avx2 (const Scan *scan, const char *bytes, size_t blocks, ScanMarks *ret_marks)
{
  for (size_t i = 0; i < blocks; i++, bytes += SCAN_BLOCK)
    {
      ScanMarks marks = { 0, 0 };
      for (int half = 0; half < SCAN_BLOCK; half += 32)
        {
          const __m256i text = LOAD (bytes + half);
          __m256i hits = _mm256_setzero_si256 ();
          for (int j = 0; j < SCAN_BYTES; j++)
            hits = _mm256_or_si256 (hits, _mm256_cmpeq_epi8 (text, LOAD (scan->bytes[j])));
          marks.hits |= (uint64_t) (uint32_t) _mm256_movemask_epi8 (hits) << half;
          marks.high |= (uint64_t) (uint32_t) _mm256_movemask_epi8 (text) << half;
        }
      ret_marks[i] = marks;
    }
}

#else

bool
scan_has_avx2 (void)
{
  return false;
}

void
scan_look_avx2 (const Scan *scan, const char *bytes, size_t blocks, ScanMarks *ret_marks)
{
  scan_look_plain (scan, bytes, blocks, ret_marks);
}

#endif

void
scan_init (Scan *scan, const char *bytes)
{
  scan->look = scan_has_avx2 () ? scan_look_avx2 : scan_look_plain;
  for (int j = 0; j < SCAN_BYTES; j++)
    memset (scan->bytes[j], bytes[j], sizeof scan->bytes[j]);
}
