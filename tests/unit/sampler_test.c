#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/sampler.h"
#include "tests/property/random.h"
#include "tests/support/rules.h"

enum { TEXT = 20000, FOUND_MAX = 4000, BLOCK = 4096 }; /* several of the blocks that are looked at as a whole */

struct found {
  const char *text;
  uint32_t len;
  uint32_t at[FOUND_MAX];
  size_t count;
  uint32_t stop_after; /* 0: never */
};

/* Goes on behind the line, as the scanner does. */
static uint32_t note(void *context, uint32_t to) {
  struct found *found = context;
  assert_true(to > 0 && to <= found->len && found->count < FOUND_MAX);
  found->at[found->count++] = to;
  if (found->count == found->stop_after) {
    return UINT32_MAX;
  }
  const char *newline = memchr(found->text + to - 1, '\n', found->len - to + 1);
  return newline != NULL ? (uint32_t)(newline - found->text) : found->len;
}

static struct sift_sampler *sampler_of(const char *const *texts, size_t count, const char *typical) {
  struct sift_sampled sampled[16];
  struct sift_sampler *sampler = NULL;
  struct sift_census *census = sift_census_new(sift_span_of(typical));
  assert_non_null(census);
  for (size_t i = 0; i < count; i++) {
    sampled[i].text = sift_span_of(texts[i]);
    sift_census_places(census, sampled[i].text, &sampled[i].window);
  }
  assert_int_equal(sift_sampler_new(&sampler, sampled, count), SIFT_OK);
  sift_census_free(census);
  return sampler;
}

static char fold(char c) {
  return (char)(c | 0x20);
}

/* By definition: whether some text stands in the line. */
static bool stands(const char *line, uint32_t len, const char *const *texts, size_t count) {
  for (size_t t = 0; t < count; t++) {
    size_t size = strlen(texts[t]);
    for (size_t at = 0; at + size <= len; at++) {
      size_t same = 0;
      while (same < size && fold(line[at + same]) == fold(texts[t][same])) {
        same++;
      }
      if (same == size) {
        return true;
      }
    }
  }
  return false;
}

static void compare(const struct sift_sampler *sampler, const char *text, uint32_t len, const char *const *texts, size_t count) {
  static struct found wide;
  static struct found portable;
  char *padded = test_padded(text, len);
  wide = (struct found){.text = padded, .len = len};
  portable = wide;
  sift_sampler_scan(sampler, padded, len, note, &wide);
  sift_sampler_scan_portable(sampler, padded, len, note, &portable);
  assert_int_equal(wide.count, portable.count);
  assert_memory_equal(wide.at, portable.at, wide.count * sizeof wide.at[0]);
  size_t next = 0;
  for (uint32_t start = 0; start < len;) {
    const char *newline = memchr(padded + start, '\n', len - start);
    uint32_t end = newline != NULL ? (uint32_t)(newline - padded) : len;
    bool told = next < wide.count && wide.at[next] > start && wide.at[next] <= end;
    if (stands(padded + start, end - start, texts, count)) {
      assert_true(told);
    }
    while (next < wide.count && wide.at[next] <= end) {
      next++;
    }
    start = end + 1;
  }
  free(padded);
}

static const char *const texts[] = {"exit code: 13", "outofmemory", "notfound", "refused by peer", "error: "};

static void every_line_that_holds_a_text_is_told_wherever_it_stands(void **state) {
  (void)state;
  struct sift_sampler *sampler = sampler_of(texts, 5, "");
  char text[128];
  for (size_t t = 0; t < 5; t++) {
    for (size_t before = 0; before < 40; before++) {
      memset(text, '.', sizeof text);
      size_t size = strlen(texts[t]);
      memcpy(text + before, texts[t], size);
      compare(sampler, text, (uint32_t)(before + size), texts, 5); /* at the very end */
      text[before + size + 3] = '\n';
      compare(sampler, text, sizeof text, texts, 5);
    }
  }
  sift_sampler_free(sampler);
}

static void random_texts_are_read_as_by_definition(void **state) {
  (void)state;
  static char text[TEXT];
  struct sift_sampler *sampler = sampler_of(texts, 5, "error: error: outofmemory");
  struct test_random random = {7};
  for (int round = 0; round < 100; round++) {
    test_random_text(&random, text, TEXT);
    compare(sampler, text, test_random_below(&random, TEXT + 1), texts, 5);
  }
  sift_sampler_free(sampler);
}

/* Lines that end far behind the block, too: what was seen in them is passed over, and the next line is not. */
static void texts_are_told_about_the_end_of_a_block(void **state) {
  (void)state;
  static char text[3 * BLOCK];
  struct sift_sampler *sampler = sampler_of(texts, 5, "");
  for (size_t t = 0; t < 5; t++) {
    size_t size = strlen(texts[t]);
    for (size_t before = BLOCK - 40; before < BLOCK + 40; before++) {
      memset(text, '.', sizeof text);
      memcpy(text + before, texts[t], size);
      compare(sampler, text, sizeof text, texts, 5);
      text[before + size] = '\n';
      memcpy(text + 7, texts[t], size);
      memcpy(text + (size_t)2 * BLOCK + 3, texts[t], size);
      compare(sampler, text, sizeof text, texts, 5);
      compare(sampler, text, (uint32_t)(before + size), texts, 5);
    }
  }
  sift_sampler_free(sampler);
}

static void a_text_cut_by_the_end_is_not_told(void **state) {
  (void)state;
  struct sift_sampler *sampler = sampler_of(texts, 5, "");
  char *padded = test_padded("xx outofmemory", 14);
  struct found found = {.text = padded, .len = 13};
  sift_sampler_scan(sampler, padded, 13, note, &found);
  assert_int_equal(found.count, 0);
  found.len = 14;
  sift_sampler_scan(sampler, padded, 14, note, &found);
  assert_int_equal(found.count, 1);
  assert_int_equal(found.at[0], 14);
  free(padded);
  sift_sampler_free(sampler);
}

static void the_callback_can_end_the_scan(void **state) {
  (void)state;
  struct sift_sampler *sampler = sampler_of(texts, 5, "");
  char *padded = test_padded("error: 1\nerror: 2\nerror: 3\n", 27);
  struct found found = {.text = padded, .len = 27, .stop_after = 2};
  sift_sampler_scan(sampler, padded, 27, note, &found);
  assert_int_equal(found.count, 2);
  free(padded);
  sift_sampler_free(sampler);
}

/* What is common in the specimen costs more to look for. */
static void the_census_knows_the_rarest_window(void **state) {
  (void)state;
  struct sift_census *census = sift_census_new(sift_span_of("GET /index 200 GET /index 200 GET /index 200"));
  uint16_t window = 0;
  assert_true(sift_census_places(census, sift_span_of("get /index"), &window) > 0);
  assert_int_equal(sift_census_places(census, sift_span_of("get /index of no return"), &window), 0);
  assert_in_range(window, 4, sizeof "get /index of no return" - 1 - SIFT_SAMPLER_LONG); /* not where the common begin is */
  assert_int_equal(sift_census_places(census, sift_span_of("zzzzzzz"), &window), 0);
  assert_int_equal(window, 0); /* there is but one */
  sift_census_free(census);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_line_that_holds_a_text_is_told_wherever_it_stands),
      cmocka_unit_test(random_texts_are_read_as_by_definition),
      cmocka_unit_test(texts_are_told_about_the_end_of_a_block),
      cmocka_unit_test(a_text_cut_by_the_end_is_not_told),
      cmocka_unit_test(the_callback_can_end_the_scan),
      cmocka_unit_test(the_census_knows_the_rarest_window),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
