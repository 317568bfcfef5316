#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tools/spacesift/serve_settings.h"

static struct sift_serve_settings settings;
static char error[SIFT_SERVE_ERROR_BYTES];

static int set_up(void **state) {
  (void)state;
  sift_serve_settings_init(&settings);
  memset(error, 'x', sizeof error);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  sift_serve_settings_release(&settings);
  return 0;
}

static void set(const char *name, const char *value) {
  if (!sift_serve_set(&settings, sift_span_of(name), value, true, error)) {
    fail_msg("%s", error);
  }
}

static void expect_refused(const char *name, const char *value, const char *says) {
  assert_false(sift_serve_set(&settings, sift_span_of(name), value, true, error));
  assert_string_equal(error, says);
}

static void sizes_have_units_of_1024(void **state) {
  (void)state;
  set("memory-limit", "64M");
  assert_int_equal(settings.config.memory_limit, 64 << 20);
  set("segment-bytes", "65536");
  assert_int_equal(settings.config.segment_bytes, 65536);
  set("line-bytes-max", "1K");
  assert_int_equal(settings.config.limits.line_bytes_max, 1024);
  set("frame-bytes-max", "1G");
  assert_int_equal(settings.config.limits.frame_bytes_max, 1 << 30);
  set("keep-bytes", "0");
  assert_int_equal(settings.config.keep_bytes, 0);
  set("inflated-bytes-max", "8K");
  assert_int_equal(settings.config.limits.inflated_bytes_max, 8192);
  expect_refused("memory-limit", "1M", "memory-limit takes 16777216 to 1099511627776 bytes, not '1M'");
  static const char *const wrong[] = {"", "M", "64m", "64 M", "-1", "+64M", " 64M", "64MB", "0x10000", "6.4M", "1e9"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    assert_false(sift_serve_set(&settings, sift_span_of("memory-limit"), wrong[i], true, error));
    assert_non_null(strstr(error, "memory-limit takes a number of bytes, as in 65536, 64K, 512M or 2G, not '"));
  }
  assert_int_equal(settings.config.memory_limit, 64 << 20); /* as it was */
}

static void numbers_that_do_not_fit_are_not_wrapped(void **state) {
  (void)state;
  static const char *const huge[] = {"18446744073709551616", "99999999999999999999999", "18014398509481985K", "17179869185G"};
  for (size_t i = 0; i < sizeof huge / sizeof huge[0]; i++) {
    assert_false(sift_serve_set(&settings, sift_span_of("keep-bytes"), huge[i], true, error));
  }
  assert_false(sift_serve_set(&settings, sift_span_of("keep-age"), "213503982335d", true, error));
  assert_false(sift_serve_set(&settings, sift_span_of("jobs"), "4294967297", true, error));
  set("spaces-max", "4294967295");
  assert_int_equal(settings.config.spaces_max, UINT32_MAX);
}

static void times_have_units_but_zero(void **state) {
  (void)state;
  set("gather", "20ms");
  assert_int_equal(settings.config.gather_ms, 20);
  set("view-interval", "2s");
  assert_int_equal(settings.config.view_ms, 2000);
  set("checkpoint-interval", "5m");
  assert_int_equal(settings.config.checkpoint_ms, 300000);
  set("idle-timeout", "24h");
  assert_int_equal(settings.config.idle_timeout_ms, 86400000);
  set("frame-timeout", "0");
  assert_int_equal(settings.config.frame_timeout_ms, 0);
  set("keep-age", "3650d");
  assert_true(settings.config.keep_age_ns == INT64_C(3650) * 24 * 3600 * 1000000000);
  set("chunk-age", "1s");
  assert_int_equal(settings.config.chunk_age_ns, 1000000000);
  expect_refused("gather", "5", "gather takes a time, as in 200ms, 30s, 5m, 12h or 7d, not '5'");
  expect_refused("gather", "1s", "gather takes 1 to 100 ms, not '1s'");
  expect_refused("chunk-age", "999ms", "chunk-age takes 1000 to 31536000000 ms, not '999ms'");
  expect_refused("idle-timeout", "2w", "idle-timeout takes a time, as in 200ms, 30s, 5m, 12h or 7d, not '2w'");
}

static void counts_are_whole_numbers_in_bounds(void **state) {
  (void)state;
  set("jobs", "256");
  assert_int_equal(settings.config.loops, 256);
  set("window-log", "10");
  assert_int_equal(settings.config.limits.window_log_max, 10);
  set("connections-max", "1");
  assert_int_equal(settings.config.connections_max, 1);
  expect_refused("jobs", "0", "jobs takes 1 to 256, not '0'");
  expect_refused("jobs", "257", "jobs takes 1 to 256, not '257'");
  expect_refused("jobs", "2K", "jobs takes a whole number, not '2K'");
}

static void choices_name_what_there_is(void **state) {
  (void)state;
  set("overflow", "drop-newest");
  assert_true(settings.config.drop_newest);
  set("overflow", "block");
  assert_false(settings.config.drop_newest);
  set("log-level", "error");
  assert_int_equal(settings.log_level, SIFT_NOTE_ERROR);
  set("log-format", "json");
  assert_true(settings.log_json);
  expect_refused("overflow", "drop", "overflow takes block or drop-newest, not 'drop'");
  expect_refused("log-level", "INFO", "log-level takes debug, info, warning or error, not 'INFO'");
  expect_refused("log-format", "", "log-format takes text or json, not ''");
}

static void flags_are_true_or_false(void **state) {
  (void)state;
  set("no-cache", "true");
  assert_true(settings.no_cache);
  set("no-cache", "false");
  assert_false(settings.no_cache);
  expect_refused("no-cache", "yes", "no-cache takes true or false, not 'yes'");
}

static void texts_are_copied(void **state) {
  (void)state;
  char value[] = "/var/lib/x";
  set("data-dir", value);
  value[1] = 'X';
  assert_string_equal(settings.config.data_dir, "/var/lib/x");
  set("http", "unix:/run/x");
  set("http-token-file", "/t");
  set("rules", "/r");
  set("facts", "/f.json");
  set("status", "/s.json");
  assert_string_equal(settings.config.http, "unix:/run/x");
  assert_string_equal(settings.config.token_file, "/t");
  assert_string_equal(settings.rules, "/r");
  assert_string_equal(settings.config.facts, "/f.json");
  assert_string_equal(settings.config.status, "/s.json");
  expect_refused("data-dir", "", "data-dir takes a value, not ''");
}

static void long_values_do_not_overflow_the_message(void **state) {
  (void)state;
  char value[5000];
  memset(value, 'v', sizeof value);
  value[sizeof value - 1] = '\0';
  assert_false(sift_serve_set(&settings, sift_span_of("jobs"), value, true, error));
  assert_true(strlen(error) < 200);
  assert_false(sift_serve_set(&settings, sift_span(value, sizeof value - 1), "1", true, error));
  assert_true(strlen(error) < SIFT_SERVE_ERROR_BYTES);
  assert_int_equal(strncmp(error, "there is no setting 'vvv", 24), 0);
}

static void every_setting_is_named_once_and_can_be_set(void **state) {
  (void)state;
  size_t count = 0;
  for (; sift_serve_setting_name(count) != NULL; count++) {
    for (size_t i = 0; i < count; i++) {
      assert_string_not_equal(sift_serve_setting_name(i), sift_serve_setting_name(count));
    }
    static const char *const tries[] = {"/a/text", "16M", "64K", "20", "20ms", "1m", "block", "info", "json", "true"};
    bool taken = false;
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
      taken = sift_serve_set(&settings, sift_span_of(sift_serve_setting_name(count)), tries[i], false, error) || taken;
    }
    assert_true(taken);
  }
  assert_int_equal(count, 27);
  expect_refused("listen", "tcp://:1", "there is no setting 'listen': 'spacesift serve --help' lists them all");
}

static void what_an_option_says_a_file_does_not_change(void **state) {
  (void)state;
  assert_true(sift_serve_set(&settings, sift_span_of("jobs"), "3", false, error));
  assert_int_equal(settings.config.loops, 3);
  set("jobs", "4");
  assert_true(sift_serve_set(&settings, sift_span_of("jobs"), "5", false, error));
  assert_int_equal(settings.config.loops, 4);
  set("jobs", "6"); /* but another option does */
  assert_int_equal(settings.config.loops, 6);
}

static void listeners_are_as_many_as_there_is_room_for(void **state) {
  (void)state;
  assert_false(sift_serve_listen(&settings, "tcp://nowhere", error));
  assert_int_equal(settings.listener_count, 0);
  for (int i = 0; i < SIFT_LISTENERS_MAX; i++) {
    assert_true(sift_serve_listen(&settings, "tcp://:1", error));
  }
  assert_false(sift_serve_listen(&settings, "tcp://:1", error));
  assert_string_equal(error, "at most 32 listeners can be had");
  assert_int_equal(settings.listener_count, SIFT_LISTENERS_MAX);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(sizes_have_units_of_1024),
      TEST(numbers_that_do_not_fit_are_not_wrapped),
      TEST(times_have_units_but_zero),
      TEST(counts_are_whole_numbers_in_bounds),
      TEST(choices_name_what_there_is),
      TEST(flags_are_true_or_false),
      TEST(texts_are_copied),
      TEST(long_values_do_not_overflow_the_message),
      TEST(every_setting_is_named_once_and_can_be_set),
      TEST(what_an_option_says_a_file_does_not_change),
      TEST(listeners_are_as_many_as_there_is_room_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
