/* A block is looked at as a whole, eight places at once, and what was seen is noted without a branch: a loop that left off at
 * each place would lose more by that than by all its looking. Then the places are worked off. Grams of short texts are often
 * seen, so a second look asks for the whole window; behind it a table leads from the gram to the texts that have it in their
 * windows, and those are compared in full.
 *
 * Setting bit 0x20 of every byte folds ASCII case and some punctuation too; texts are folded alike, so nothing is missed, and
 * what is found besides is refused later by the confirm database. */
#include "engine/sampler.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define SIFT_SAMPLER_AVX2 1
#endif

enum {
  LANES = 8, /* places looked at in one step */
  STEP = LANES * SIFT_SAMPLER_STRIDE,
  WORD = 64 * SIFT_SAMPLER_STRIDE, /* bytes of text whose places fill a word of what was seen */
  BLOCK_WORDS = 16,                /* the text is still in the first cache when its places are worked off */
  BLOCK = BLOCK_WORDS * WORD,
  LONG_WORD_BITS = 13, /* the bitmaps stay in the first cache beside the text */
  SHORT_WORD_BITS = 11,
  CENSUS_LONG_BITS = 18,
  CENSUS_SHORT_BITS = 16,
  BUCKET_BITS = 12,
  BUCKETS = 1 << BUCKET_BITS,
  WINDOW_BITS = 15,
};

static const uint32_t mul_low = 0x9E3779B1U;
static const uint32_t mul_high = 0x85EBCA77U;
static const uint64_t mul_window = 0x9E3779B97F4A7C15U;

/* One gram of a window, and which text it stands in where. */
struct gram {
  uint32_t low, high; /* folded; high is 0 for a short text */
  uint32_t text;
  uint32_t offset;
};

/* Grams by bucket of their hash: those of bucket i are at start[i]..start[i + 1]. */
struct gram_table {
  struct gram *grams;
  uint32_t count;
  uint32_t start[BUCKETS + 1];
};

struct folded {
  char *bytes; /* with eight zero bytes behind */
  uint32_t len;
};

struct sift_sampler {
  uint32_t long_bits[1 << LONG_WORD_BITS];
  uint32_t short_bits[1 << SHORT_WORD_BITS];
  uint64_t window_bits[(1 << WINDOW_BITS) / 64]; /* of the whole windows of short texts */
  struct gram_table longs, shorts;
  struct folded *texts;
  uint32_t text_count;
  char *bytes; /* of all texts */
  bool wide;   /* the machine has AVX2 */
};

/* ---- grams and their hashes ---- */

static uint64_t fold8(const char *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return word | 0x2020202020202020U;
}

static uint32_t short_hash(uint32_t low) {
  return low * mul_low;
}

static uint32_t long_hash(uint32_t low, uint32_t high) {
  return low * mul_low + high * mul_high;
}

/* A gram sets two bits of one word: the hash's highest bits tell the word, the next ten the two bits, counted from the
 * highest. Of grams that are in no window so much fewer pass, and a look costs no second word. */
static uint32_t marks(uint32_t hash, unsigned word_bits) {
  return 1U << 31 >> (hash >> (27 - word_bits) & 31) | 1U << 31 >> (hash >> (22 - word_bits) & 31);
}

static bool marked(const uint32_t *bits, uint32_t hash, unsigned word_bits) {
  uint32_t wanted = marks(hash, word_bits);
  return (bits[hash >> (32 - word_bits)] & wanted) == wanted;
}

/* A hash of the whole window of a short text, which begins at `at`. */
static uint32_t window_hash(const char *at) {
  return (uint32_t)((fold8(at) << 8 * (8 - SIFT_SAMPLER_SHORT)) * mul_window >> (64 - WINDOW_BITS));
}

static bool is_long(const struct folded *text) {
  return text->len >= SIFT_SAMPLER_LONG;
}

static uint32_t bucket_of(const struct gram *gram, bool wide) {
  return (wide ? long_hash(gram->low, gram->high) : short_hash(gram->low)) >> (32 - BUCKET_BITS);
}

static struct gram gram_at(const struct folded *text, uint32_t number, uint32_t offset) {
  uint64_t word = fold8(text->bytes + offset);
  return (struct gram){(uint32_t)word, is_long(text) ? (uint32_t)(word >> 32) : 0, number, offset};
}

/* ---- making ---- */

/* How often each hash of eight and of four bytes stands in the specimen. */
struct sift_census {
  uint32_t longs[1 << CENSUS_LONG_BITS];
  uint32_t shorts[1 << CENSUS_SHORT_BITS];
};

static uint32_t census_long(uint32_t low, uint32_t high) {
  return long_hash(low, high) >> (32 - CENSUS_LONG_BITS);
}

static uint32_t census_short(uint32_t low) {
  return short_hash(low) >> (32 - CENSUS_SHORT_BITS);
}

struct sift_census *sift_census_new(struct sift_span typical) {
  struct sift_census *census = calloc(1, sizeof *census);
  for (size_t at = 0; census != NULL && at + 8 <= typical.len; at++) {
    uint64_t word = fold8(typical.data + at);
    census->longs[census_long((uint32_t)word, (uint32_t)(word >> 32))]++;
    census->shorts[census_short((uint32_t)word)]++;
  }
  return census;
}

void sift_census_free(struct sift_census *census) {
  free(census);
}

static uint64_t window_places(const struct sift_census *census, const struct folded *text, uint32_t window) {
  uint64_t places = 0;
  for (uint32_t i = 0; i < SIFT_SAMPLER_STRIDE; i++) {
    struct gram gram = gram_at(text, 0, window + i);
    places += is_long(text) ? census->longs[census_long(gram.low, gram.high)] : census->shorts[census_short(gram.low)];
  }
  return places;
}

uint32_t sift_sampler_width(size_t text_len) {
  return text_len >= SIFT_SAMPLER_LONG ? SIFT_SAMPLER_LONG : SIFT_SAMPLER_SHORT;
}

static void fold_into(char *out, struct sift_span text) {
  for (size_t i = 0; i < text.len; i++) {
    out[i] = (char)(text.data[i] | 0x20);
  }
}

uint64_t sift_census_places(const struct sift_census *census, struct sift_span text, uint16_t *window) {
  char bytes[SIFT_SAMPLER_TEXT_MAX + 8] = "";
  assert(text.len >= SIFT_SAMPLER_SHORT && text.len <= SIFT_SAMPLER_TEXT_MAX);
  fold_into(bytes, text);
  const struct folded whole = {bytes, (uint32_t)text.len};
  uint64_t places = UINT64_MAX;
  *window = 0;
  for (uint32_t at = 0; at + sift_sampler_width(text.len) <= text.len; at++) {
    uint64_t own = window_places(census, &whole, at);
    if (own < places) {
      places = own;
      *window = (uint16_t)at;
    }
  }
  return places;
}

static enum sift_status fold_texts(struct sift_sampler *sampler, const struct sift_sampled *texts, size_t count) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++) {
    size += texts[i].text.len + 8;
  }
  sampler->bytes = calloc(size + 1, 1);
  sampler->texts = calloc(count + 1, sizeof *sampler->texts);
  if (sampler->bytes == NULL || sampler->texts == NULL) {
    return SIFT_ENOMEM;
  }
  char *at = sampler->bytes;
  for (size_t i = 0; i < count; i++) {
    sampler->texts[i] = (struct folded){at, (uint32_t)texts[i].text.len};
    fold_into(at, texts[i].text);
    at += texts[i].text.len + 8;
  }
  sampler->text_count = (uint32_t)count;
  return SIFT_OK;
}

static int by_bucket(const void *a, const void *b, void *wide) {
  uint32_t x = bucket_of(a, wide != NULL);
  uint32_t y = bucket_of(b, wide != NULL);
  return (x > y) - (x < y);
}

static void index_table(struct gram_table *table, bool wide) {
  qsort_r(table->grams, table->count, sizeof *table->grams, by_bucket, wide ? table : NULL);
  uint32_t at = 0;
  for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) {
    table->start[bucket] = at;
    while (at < table->count && bucket_of(&table->grams[at], wide) == bucket) {
      at++;
    }
  }
  table->start[BUCKETS] = at;
}

static void add_grams(struct sift_sampler *sampler, uint32_t number, uint32_t window) {
  const struct folded *text = &sampler->texts[number];
  struct gram_table *table = is_long(text) ? &sampler->longs : &sampler->shorts;
  if (!is_long(text)) {
    uint32_t hash = window_hash(text->bytes + window);
    sampler->window_bits[hash / 64] |= UINT64_C(1) << hash % 64;
  }
  for (uint32_t i = 0; i < SIFT_SAMPLER_STRIDE; i++) {
    struct gram gram = gram_at(text, number, window + i);
    if (is_long(text)) {
      uint32_t hash = long_hash(gram.low, gram.high);
      sampler->long_bits[hash >> (32 - LONG_WORD_BITS)] |= marks(hash, LONG_WORD_BITS);
    } else {
      uint32_t hash = short_hash(gram.low);
      sampler->short_bits[hash >> (32 - SHORT_WORD_BITS)] |= marks(hash, SHORT_WORD_BITS);
    }
    table->grams[table->count++] = gram;
  }
}

static enum sift_status fill(struct sift_sampler *sampler, const struct sift_sampled *texts) {
  size_t room = ((size_t)sampler->text_count + 1) * SIFT_SAMPLER_STRIDE * sizeof(struct gram);
  sampler->longs.grams = malloc(room);
  sampler->shorts.grams = malloc(room);
  if (sampler->longs.grams == NULL || sampler->shorts.grams == NULL) {
    return SIFT_ENOMEM;
  }
  for (uint32_t i = 0; i < sampler->text_count; i++) {
    assert(texts[i].window + sift_sampler_width(texts[i].text.len) <= texts[i].text.len);
    add_grams(sampler, i, texts[i].window);
  }
  index_table(&sampler->longs, true);
  index_table(&sampler->shorts, false);
  return SIFT_OK;
}

enum sift_status sift_sampler_new(struct sift_sampler **out, const struct sift_sampled *texts, size_t count) {
  *out = NULL;
  struct sift_sampler *sampler = calloc(1, sizeof *sampler);
  if (sampler == NULL) {
    return SIFT_ENOMEM;
  }
#ifdef SIFT_SAMPLER_AVX2
  sampler->wide = __builtin_cpu_supports("avx2") != 0;
#endif
  enum sift_status status = fold_texts(sampler, texts, count);
  if (status == SIFT_OK) {
    status = fill(sampler, texts);
  }
  if (status != SIFT_OK) {
    sift_sampler_free(sampler);
    return status;
  }
  *out = sampler;
  return SIFT_OK;
}

void sift_sampler_free(struct sift_sampler *sampler) {
  if (sampler == NULL) {
    return;
  }
  free(sampler->longs.grams);
  free(sampler->shorts.grams);
  free(sampler->texts);
  free(sampler->bytes);
  free(sampler);
}

/* ---- looking ---- */

/* Bit i: some gram may begin at at + i * SIFT_SAMPLER_STRIDE. */
static unsigned probe_portable(const struct sift_sampler *sampler, const char *at) {
  unsigned seen = 0;
  for (unsigned i = 0; i < LANES; i++) {
    uint64_t word = fold8(at + (size_t)i * SIFT_SAMPLER_STRIDE);
    uint32_t low = (uint32_t)word;
    bool may = marked(sampler->long_bits, long_hash(low, (uint32_t)(word >> 32)), LONG_WORD_BITS) ||
               marked(sampler->short_bits, short_hash(low), SHORT_WORD_BITS);
    seen |= (unsigned)may << i;
  }
  return seen;
}

/* Looks at whole steps from `at` to `end` or a little behind it: a byte of `seen` each. */
static void look_portable(const struct sift_sampler *sampler, const char *at, const char *end, uint8_t *seen) {
  for (; at < end; at += STEP) {
    *seen++ = (uint8_t)probe_portable(sampler, at);
  }
}

#ifdef SIFT_SAMPLER_AVX2
_Static_assert(SIFT_SAMPLER_STRIDE == 4, "the places of one step are the words of one vector");

/* As marked(), in the highest bit of each lane. */
__attribute__((target("avx2"))) static inline __m256i marked_8(const uint32_t *bits, __m256i hash, int word_bits) {
  const __m256i low_bits = _mm256_set1_epi32(31);
  __m256i words = _mm256_i32gather_epi32((const int *)(const void *)bits, _mm256_srli_epi32(hash, 32 - word_bits), 4);
  __m256i first = _mm256_sllv_epi32(words, _mm256_and_si256(_mm256_srli_epi32(hash, 27 - word_bits), low_bits));
  __m256i second = _mm256_sllv_epi32(words, _mm256_and_si256(_mm256_srli_epi32(hash, 22 - word_bits), low_bits));
  return _mm256_and_si256(first, second);
}

/* As look_portable(), all places of a step at once. */
__attribute__((target("avx2"))) static void look_avx2(const struct sift_sampler *sampler, const char *at, const char *end,
                                                      uint8_t *seen) {
  const __m256i fold = _mm256_set1_epi8(0x20);
  const __m256i by_low = _mm256_set1_epi32((int)mul_low);
  const __m256i by_high = _mm256_set1_epi32((int)mul_high);
  for (; at < end; at += STEP) {
    __m256i low = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)at), fold);
    __m256i high = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)(at + 4)), fold);
    __m256i product = _mm256_mullo_epi32(low, by_low);
    __m256i sum = _mm256_add_epi32(product, _mm256_mullo_epi32(high, by_high));
    __m256i found =
        _mm256_or_si256(marked_8(sampler->long_bits, sum, LONG_WORD_BITS), marked_8(sampler->short_bits, product, SHORT_WORD_BITS));
    *seen++ = (uint8_t)_mm256_movemask_ps(_mm256_castsi256_ps(found));
  }
}
#endif

/* ---- checking ---- */

static bool same_folded(const char *at, const struct folded *text) {
  uint32_t done = 0;
  for (; done + 8 <= text->len; done += 8) {
    uint64_t want;
    memcpy(&want, text->bytes + done, sizeof want);
    if (fold8(at + done) != want) {
      return false;
    }
  }
  unsigned rest = text->len - done;
  uint64_t want;
  memcpy(&want, text->bytes + done, sizeof want);
  return rest == 0 || (fold8(at + done) ^ want) << (64 - 8 * rest) == 0;
}

/* Where a text ends that has a gram of `table` at `place`; 0 where none has. */
static uint32_t check_table(const struct sift_sampler *sampler, const struct gram_table *table, uint32_t bucket, uint64_t word,
                            uint64_t mask, const char *begin, uint32_t place, uint32_t len) {
  for (uint32_t i = table->start[bucket]; i < table->start[bucket + 1]; i++) {
    const struct gram *gram = &table->grams[i];
    const struct folded *text = &sampler->texts[gram->text];
    if ((word & mask) != (((uint64_t)gram->high << 32) | gram->low) || place < gram->offset) {
      continue;
    }
    uint32_t start = place - gram->offset;
    bool same = text->len <= len - start && same_folded(begin + start, text);
    if (same && memchr(begin + start, '\n', text->len) == NULL) { /* a newline folds to '*' */
      return start + text->len;
    }
  }
  return 0;
}

/* The second look: whether the window of some short text, or one that looks like it, covers the gram at `place`. */
static bool covered(const struct sift_sampler *sampler, const char *begin, uint32_t place) {
  if (place < SIFT_SAMPLER_STRIDE) {
    return true;
  }
  uint64_t bits = 0;
  for (uint32_t before = 0; before < SIFT_SAMPLER_STRIDE; before++) {
    uint32_t hash = window_hash(begin + place - before);
    bits |= sampler->window_bits[hash / 64] >> hash % 64;
  }
  return (bits & 1) != 0;
}

/* Where a text ends that is seen at `place`; 0 where none stands there. */
static uint32_t check(const struct sift_sampler *sampler, const char *begin, uint32_t place, uint32_t len) {
  uint64_t word = fold8(begin + place);
  uint32_t low = (uint32_t)word;
  uint32_t hash = long_hash(low, (uint32_t)(word >> 32));
  uint32_t end = 0;
  if (marked(sampler->long_bits, hash, LONG_WORD_BITS)) {
    end = check_table(sampler, &sampler->longs, hash >> (32 - BUCKET_BITS), word, UINT64_MAX, begin, place, len);
  }
  if (end == 0 && covered(sampler, begin, place)) {
    end = check_table(sampler, &sampler->shorts, short_hash(low) >> (32 - BUCKET_BITS), word, UINT32_MAX, begin, place, len);
  }
  return end;
}

/* One scan: which text, whom to tell, and from where on. */
struct look {
  const struct sift_sampler *sampler;
  const char *text;
  uint32_t len;
  uint32_t from; /* places before that are passed over */
  sift_sampler_fn found;
  void *context;
};

/* Works off the places of one word of what was seen; false: no more is wanted. */
static bool work_off(struct look *look, uint32_t at, uint64_t seen) {
  for (; seen != 0; seen &= seen - 1) {
    uint32_t place = at + (uint32_t)__builtin_ctzll(seen) * SIFT_SAMPLER_STRIDE;
    if (place >= look->len) {
      return true;
    }
    uint32_t end = place < look->from ? 0 : check(look->sampler, look->text, place, look->len);
    if (end == 0) {
      continue;
    }
    look->from = look->found(look->context, end);
    if (look->from == UINT32_MAX) {
      return false;
    }
  }
  return true;
}

static void look_at(const struct sift_sampler *sampler, const char *at, const char *end, bool wide, uint8_t *seen) {
#ifdef SIFT_SAMPLER_AVX2
  if (wide) {
    look_avx2(sampler, at, end, seen);
    return;
  }
#endif
  (void)wide;
  look_portable(sampler, at, end, seen);
}

static void scan(struct look *look, bool wide) {
  for (uint32_t at = 0; at < look->len;) {
    uint64_t seen[BLOCK_WORDS] = {0}; /* a bit a place, in their order, as the bytes of a step and the word count them */
    uint32_t size = look->len - at < BLOCK ? look->len - at : BLOCK;
    look_at(look->sampler, look->text + at, look->text + at + size, wide, (uint8_t *)seen);
    for (uint32_t i = 0; i < BLOCK_WORDS; i++) {
      if (!work_off(look, at + i * WORD, seen[i])) {
        return;
      }
    }
    uint32_t behind = look->from & ~(uint32_t)(SIFT_SAMPLER_STRIDE - 1);
    at = behind > at + size ? behind : at + size;
  }
}

void sift_sampler_scan(const struct sift_sampler *sampler, const char *text, uint32_t len, sift_sampler_fn found, void *context) {
  scan(&(struct look){sampler, text, len, 0, found, context}, sampler->wide);
}

void sift_sampler_scan_portable(const struct sift_sampler *sampler, const char *text, uint32_t len, sift_sampler_fn found,
                                void *context) {
  scan(&(struct look){sampler, text, len, 0, found, context}, false);
}

void sift_sampler_make_portable(struct sift_sampler *sampler) {
  sampler->wide = false;
}
