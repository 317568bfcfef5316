#include "engine/clean.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { ESC = 0x1b, BEL = 0x07 };

static void survey_byte(struct sift_survey *survey, char c) {
  survey->newlines += c == '\n';
  survey->escapes |= c == ESC;
  survey->returns |= c == '\r';
}

static void survey_bytes(struct sift_survey *survey, const char *text, size_t len) {
  for (size_t i = 0; i < len; i++) {
    survey_byte(survey, text[i]);
  }
}

#ifdef __SSE2__

/* What the vector loop carries: newlines counted down in bytes, and where an ESC or a '\r' was seen. */
struct sums {
  __m128i newlines, escapes, returns;
};

static inline void survey_vector(struct sums *sums, __m128i bytes) {
  sums->newlines = _mm_sub_epi8(sums->newlines, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
  sums->escapes = _mm_or_si128(sums->escapes, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(ESC)));
  sums->returns = _mm_or_si128(sums->returns, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
}

static inline void survey_16(struct sums *sums, const char *text) {
  survey_vector(sums, _mm_loadu_si128((const __m128i *)(const void *)text));
}

static uint64_t sum_of_bytes(__m128i bytes) {
  __m128i halves = _mm_sad_epu8(bytes, _mm_setzero_si128());
  return (uint64_t)_mm_cvtsi128_si64(halves) + (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(halves, halves));
}

/* The last `len` bytes, fewer than 16, of a text that has 16 or more and ends at `end`: those before them count as zeros. */
static inline void survey_last(struct sums *sums, const char *end, size_t len) {
  static const char zeros_ones[32] = {0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
                                      -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
  __m128i kept = _mm_loadu_si128((const __m128i *)(const void *)(zeros_ones + len));
  __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(end - 16));
  survey_vector(sums, _mm_and_si128(bytes, kept));
}

struct sift_survey sift_survey(const char *text, size_t len) {
  /* A byte of a sum holds 255 newlines at most, so it is emptied every 63 rounds of four. */
  enum { STEP = 64, STEPS_MAX = 63 };
  struct sift_survey survey = {0};
  if (len < 16) {
    survey_bytes(&survey, text, len);
    return survey;
  }
  struct sums sums = {_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
  while (len >= STEP) {
    size_t steps = len / STEP < STEPS_MAX ? len / STEP : STEPS_MAX;
    for (size_t i = 0; i < steps; i++, text += STEP) {
      survey_16(&sums, text);
      survey_16(&sums, text + 16);
      survey_16(&sums, text + 32);
      survey_16(&sums, text + 48);
    }
    len -= steps * STEP;
    survey.newlines += sum_of_bytes(sums.newlines);
    sums.newlines = _mm_setzero_si128();
  }
  for (; len >= 16; len -= 16, text += 16) {
    survey_16(&sums, text);
  }
  survey_last(&sums, text + len, len);
  survey.newlines += sum_of_bytes(sums.newlines);
  survey.escapes = _mm_movemask_epi8(sums.escapes) != 0;
  survey.returns = _mm_movemask_epi8(sums.returns) != 0;
  return survey;
}

/* The next ESC or '\r' at or after `at`, or `len`. */
static size_t next_control(const char *text, size_t at, size_t len) {
  for (; len - at >= 16; at += 16) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text + at));
    __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(ESC)), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
    unsigned mask = (unsigned)_mm_movemask_epi8(found);
    if (mask != 0) {
      return at + (size_t)__builtin_ctz(mask);
    }
  }
  while (at < len && text[at] != ESC && text[at] != '\r') {
    at++;
  }
  return at;
}

#else

struct sift_survey sift_survey(const char *text, size_t len) {
  struct sift_survey survey = {0};
  survey_bytes(&survey, text, len);
  return survey;
}

static size_t next_control(const char *text, size_t at, size_t len) {
  while (at < len && text[at] != ESC && text[at] != '\r') {
    at++;
  }
  return at;
}

#endif

static bool line_ends(char c) {
  return c == '\n' || c == '\r';
}

/* Bytes from `at` on that lie within low..high; what stops them may be the end. */
static size_t skip_range(const char *text, size_t at, size_t len, char low, char high) {
  while (at < len && text[at] >= low && text[at] <= high) {
    at++;
  }
  return at;
}

/* OSC, DCS, SOS, PM and APC carry text up to ST (ESC \) or, as xterm has it, BEL. */
static size_t skip_string(const char *text, size_t at, size_t len) {
  for (; at < len && !line_ends(text[at]); at++) {
    if (text[at] == BEL) {
      return at + 1;
    }
    if (text[at] == ESC && at + 1 < len && text[at + 1] == '\\') {
      return at + 2;
    }
  }
  return at;
}

/* The end of the escape sequence that begins with the ESC at `at`. A byte that cannot belong to it ends it unfinished. */
static size_t skip_sequence(const char *text, size_t at, size_t len) {
  at++;
  if (at == len) {
    return at;
  }
  char kind = text[at];
  if (strchr("]PX^_", kind) != NULL && kind != '\0') {
    return skip_string(text, at + 1, len);
  }
  char final_low = 0x30;
  if (kind == '[') {
    at = skip_range(text, at + 1, len, 0x30, 0x3f);
    final_low = 0x40;
  }
  at = skip_range(text, at, len, 0x20, 0x2f);
  return at < len && text[at] >= final_low && text[at] <= 0x7e ? at + 1 : at;
}

void sift_cleaner_init(struct sift_cleaner *cleaner) {
  *cleaner = (struct sift_cleaner){0};
}

void sift_cleaner_release(struct sift_cleaner *cleaner) {
  free(cleaner->edits);
  free(cleaner->returns);
  sift_cleaner_init(cleaner);
}

/* Room for one item more in an array of `size` bytes an item. */
static void *grown(void *items, uint32_t count, uint32_t *capacity, size_t size) {
  if (count < *capacity) {
    return items;
  }
  uint32_t more = *capacity == 0 ? 256 : *capacity * 2;
  void *out = realloc(items, more * size);
  if (out != NULL) {
    *capacity = more;
  }
  return out;
}

static bool note_edit(struct sift_cleaner *cleaner, size_t at, size_t removed) {
  if (cleaner->edit_count > 0 && cleaner->edits[cleaner->edit_count - 1].at == at) {
    cleaner->edits[cleaner->edit_count - 1].removed = (uint32_t)removed;
    return true;
  }
  struct sift_edit *edits = grown(cleaner->edits, cleaner->edit_count, &cleaner->edit_capacity, sizeof *edits);
  if (edits == NULL) {
    return false;
  }
  cleaner->edits = edits;
  edits[cleaner->edit_count++] = (struct sift_edit){.at = (uint32_t)at, .removed = (uint32_t)removed};
  return true;
}

static bool note_return(struct sift_cleaner *cleaner, size_t at) {
  uint32_t *returns = grown(cleaner->returns, cleaner->return_count, &cleaner->return_capacity, sizeof *returns);
  if (returns == NULL) {
    return false;
  }
  cleaner->returns = returns;
  returns[cleaner->return_count++] = (uint32_t)at;
  return true;
}

size_t sift_clean(struct sift_cleaner *cleaner, char *text, size_t len) {
  assert(len <= UINT32_MAX);
  if (cleaner != NULL) {
    cleaner->edit_count = 0;
    cleaner->return_count = 0;
  }
  size_t out = 0;
  size_t at = 0;
  while (at < len) {
    size_t control = next_control(text, at, len);
    if (out != at) {
      memmove(text + out, text + at, control - at);
    }
    out += control - at;
    at = control;
    if (at == len) {
      break;
    }
    bool noted = true;
    if (text[at] == '\r') {
      noted = cleaner == NULL || note_return(cleaner, out);
      text[out++] = '\n';
      at++;
    } else {
      at = skip_sequence(text, at, len);
      noted = cleaner == NULL || note_edit(cleaner, out, at - out);
    }
    if (!noted) {
      return (size_t)-1;
    }
  }
  return out;
}

size_t sift_clean_plain(char *text, size_t len) {
  return sift_clean(NULL, text, len);
}

uint64_t sift_batch_input_offset(const struct sift_batch *batch, uint32_t at) {
  uint32_t low = 0;
  uint32_t high = batch->edit_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (batch->edits[middle].at <= at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return batch->offset + at + (low > 0 ? batch->edits[low - 1].removed : 0);
}

uint32_t sift_batch_returns_before(const struct sift_batch *batch, uint32_t at) {
  uint32_t low = 0;
  uint32_t high = batch->return_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (batch->returns[middle] < at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
