#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/fleetgen/options.h"
#include "tools/fleetgen/words.h"

enum { ARGUMENTS_MAX = 16 };

/* Parses a command line of words, as the shell would split it. */
static enum sift_status parse(struct sift_gen_options *options, const char *line, char *error) {
  static char words[400];
  char *arguments[ARGUMENTS_MAX] = {"fleetgen"};
  int count = 1;
  assert_true(strlen(line) < sizeof(words));
  strcpy(words, line);
  for (char *word = strtok(words, " "); word != NULL && count + 1 < ARGUMENTS_MAX; word = strtok(NULL, " ")) {
    arguments[count++] = word;
  }
  error[0] = '\0';
  return sift_gen_options_parse(options, count, arguments, error, 512);
}

static void sizes_take_a_suffix(void **state) {
  (void)state;
  uint64_t size;
  assert_true(sift_gen_size_parse("0", &size) && size == 0);
  assert_true(sift_gen_size_parse("64M", &size) && size == UINT64_C(64) << 20);
  assert_true(sift_gen_size_parse("3k", &size) && size == 3072);
  assert_true(sift_gen_size_parse("2G", &size) && size == UINT64_C(2) << 30);
  const char *const wrong[] = {"", "M", "-1", " 1", "1MB", "1.5M", "99999999999G", "99999999999999999999", "0x10"};
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    assert_false(sift_gen_size_parse(wrong[i], &size));
  }
}

static void defaults_are_those_of_the_help(void **state) {
  (void)state;
  struct sift_gen_options options;
  char error[512];
  assert_int_equal(parse(&options, "--out d", error), SIFT_OK);
  assert_int_equal(options.fleet.spaces, 200);
  assert_int_equal(options.fleet.seed, 1);
  assert_int_equal(options.fleet.bytes, 64 << 20);
  assert_true(options.fleet.incident);
  assert_int_equal(options.format, SIFT_GEN_RAW);
  assert_int_equal(options.compression, SIFT_GEN_ZSTD);
  assert_true(options.threads >= 1);
  assert_false(options.force);
}

static void what_is_typed_is_taken(void **state) {
  (void)state;
  struct sift_gen_options options;
  char error[512];
  assert_int_equal(parse(&options, "--spaces 5 --seed=9 --bytes 1M --shape mixed --shards 2 -j 3 --out d", error), SIFT_OK);
  assert_int_equal(options.fleet.spaces, 5);
  assert_int_equal(options.fleet.seed, 9);
  assert_int_equal(options.format, SIFT_GEN_MIXED);
  assert_int_equal(options.shards, 2);
  assert_int_equal(options.threads, 3);
  assert_int_equal(parse(&options, "--format sse --compress gzip --faults 0.5 --no-incident --force --out d", error), SIFT_OK);
  assert_int_equal(options.format, SIFT_GEN_SSE);
  assert_int_equal(options.compression, SIFT_GEN_GZIP);
  assert_true(options.fleet.faults == 0.5);
  assert_false(options.fleet.incident);
  assert_true(options.force);
  assert_int_equal(parse(&options, "--help", error), SIFT_OK);
  assert_true(options.help);
}

static void wrong_usage_says_what_to_type(void **state) {
  (void)state;
  const struct {
    const char *line, *message;
  } wrong[] = {
      {"", "say where to: --out DIR, or --send URL"},
      {"--shape mixed --format raw --out d", "mixed shards must name the Space of each line: type --shape mixed --format jsonl, or "
                                             "--shape per-space for raw and sse"},
      {"--shape round --out d", "--shape is one of: per-space mixed; not \"round\""},
      {"--format js --out d", "--format is one of: raw jsonl sse; not \"js\""},
      {"--compress xz --out d", "--compress is one of: zstd gzip none; not \"xz\""},
      {"--spaces 0 --out d", "--spaces wants a number from 1 to 100000000, not \"0\""},
      {"--faults 1.5 --out d", "--faults wants a share from 0 to 1, as in --faults 0.35, not \"1.5\""},
      {"--faults nan --out d", "--faults wants a share from 0 to 1, as in --faults 0.35, not \"nan\""},
      {"--shards 2 --out d", "--shards goes with --shape mixed; per-space files are one a channel"},
      {"--shape mixed --spaces 3 --shards 4 --out d",
       "--shards 4 is more than there are Spaces: a Space lives in one shard; type at most --shards 3"},
      {"-j 0 --out d", "--jobs wants a number from 1 to 64, not \"0\""},
      {"--out d more", "\"more\" is no option; the directory goes behind --out"},
  };
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    struct sift_gen_options options;
    char error[512];
    assert_int_equal(parse(&options, wrong[i].line, error), SIFT_EINVAL);
    assert_string_equal(error, wrong[i].message);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes_take_a_suffix),
      cmocka_unit_test(defaults_are_those_of_the_help),
      cmocka_unit_test(what_is_typed_is_taken),
      cmocka_unit_test(wrong_usage_says_what_to_type),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
