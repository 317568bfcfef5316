#include "tests/unit/triage_fixture.h"

#include <stdlib.h>

#include "engine/state.h"
#include "ingest/serve/http_query.h"

static struct fixture fixture;

/* --- paths ------------------------------------------------------------------------------------------------------------- */

static void test_a_path_is_split_before_it_is_decoded(void **state) {
  (void)state;
  struct sift_http_path path;
  assert_true(sift_http_path_parse(&path, sift_span_of("/api/v1/spaces/a%2Fb/%c3%A9+")));
  assert_int_equal(path.count, 5);
  assert_string_equal(path.segments[0], "api");
  assert_string_equal(path.segments[3], "a/b");
  assert_string_equal(path.segments[4], "\xC3\xA9+"); /* '+' is itself in a path */
  assert_true(sift_http_path_parse(&path, sift_span_of("/")));
  assert_int_equal(path.count, 0);
}

static void test_odd_paths_are_refused(void **state) {
  (void)state;
  static const char *const odd[] = {"", "a", "//", "/a//b", "/a/", "/%", "/%4", "/%4g", "/%00", "/a%zz", "/1/2/3/4/5/6/7/8/9"};
  struct sift_http_path path;
  for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
    assert_false(sift_http_path_parse(&path, sift_span_of(odd[i])));
  }
  char longest[SIFT_QUERY_BYTES_MAX + 2];
  memset(longest, 'a', sizeof longest);
  longest[0] = '/';
  assert_true(sift_http_path_parse(&path, sift_span(longest, SIFT_QUERY_BYTES_MAX)));
  assert_false(sift_http_path_parse(&path, sift_span(longest, SIFT_QUERY_BYTES_MAX + 1)));
}

/* --- queries ----------------------------------------------------------------------------------------------------------- */

static void test_a_query_is_decoded_in_order(void **state) {
  (void)state;
  struct sift_query query;
  struct sift_query_error error;
  assert_true(sift_query_parse(&query, sift_span_of("a=1+2&&b=%26%3D&c&=d&e=f=g&"), &error));
  static const char *const want[][2] = {{"a", "1 2"}, {"b", "&="}, {"c", ""}, {"", "d"}, {"e", "f=g"}};
  assert_int_equal(query.count, 5);
  for (size_t i = 0; i < 5; i++) {
    assert_string_equal(query.items[i].name, want[i][0]);
    assert_string_equal(query.items[i].value, want[i][1]);
  }
  assert_true(sift_query_parse(&query, sift_span("", 0), &error));
  assert_int_equal(query.count, 0);
}

static void test_the_longest_query_of_bare_names_fits(void **state) {
  (void)state;
  struct sift_query query;
  struct sift_query_error error;
  char raw[SIFT_QUERY_BYTES_MAX];
  size_t len = 0;
  for (size_t i = 0; i + 1 < SIFT_QUERY_ITEMS_MAX; i++) {
    raw[len++] = 'a';
    raw[len++] = '&';
  }
  memset(raw + len, 'b', sizeof raw - len);
  assert_true(sift_query_parse(&query, sift_span(raw, SIFT_QUERY_BYTES_MAX - SIFT_QUERY_ITEMS_MAX), &error));
  assert_int_equal(query.count, SIFT_QUERY_ITEMS_MAX);
  assert_true(query.items[SIFT_QUERY_ITEMS_MAX - 1].value < query.text + sizeof query.text);
  assert_false(sift_query_parse(&query, sift_span(raw, SIFT_QUERY_BYTES_MAX - SIFT_QUERY_ITEMS_MAX + 1), &error));
}

/* --- parameters -------------------------------------------------------------------------------------------------------- */

static struct sift_query query;
static struct sift_query_error why;

static bool list_of(struct sift_list_params *params, const char *raw) {
  assert_true(sift_query_parse(&query, sift_span_of(raw), &why));
  return sift_list_params_parse(params, &query, fixture.ruleset, T0, &why);
}

static void test_a_list_has_defaults(void **state) {
  (void)state;
  struct sift_list_params params;
  assert_true(list_of(&params, ""));
  assert_null(params.verdict);
  assert_null(params.cursor);
  assert_int_equal(params.class_index, -1);
  assert_int_equal(params.since_ns, SIFT_TIME_NONE);
  assert_int_equal(params.limit, 100);
  assert_true(list_of(&params, "verdict=&class=&since=&limit=&cursor="));
  assert_int_equal(params.limit, 100);
  assert_null(params.cursor);
}

static void test_a_list_takes_what_it_is_given(void **state) {
  (void)state;
  struct sift_list_params params;
  assert_true(list_of(&params, "verdict=oom&class=push&since=2026-01-31T09:00:00Z&limit=1000&cursor=a%2Fb"));
  assert_string_equal(params.verdict, "oom");
  assert_int_equal(params.class_index, class_index(&fixture, "push"));
  assert_int_equal(params.since_ns, T0 - 3600 * SECOND);
  assert_int_equal(params.limit, 1000);
  assert_string_equal(params.cursor, "a/b");
  static const char *const cursors[] = {"cursor=-", "cursor=~overflow", "cursor=single"};
  for (size_t i = 0; i < 3; i++) {
    assert_true(list_of(&params, cursors[i]));
  }
}

static void test_ages_count_from_now(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t seconds;
  } ages[] = {{"since=90s", 90}, {"since=15m", 900}, {"since=24h", 86400}, {"since=7d", 604800}, {"since=0s", 0}};
  struct sift_list_params params;
  for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
    assert_true(list_of(&params, ages[i].text));
    assert_int_equal(params.since_ns, T0 - ages[i].seconds * SECOND);
  }
  assert_true(list_of(&params, "since=99999d")); /* before all time */
  assert_int_equal(params.since_ns, 0);
}

static void test_what_is_of_no_use_is_refused_with_a_hint(void **state) {
  (void)state;
  static const char *const bad[] = {
      "limit=0",       "limit=1001",      "limit=100000", "limit=+1",   "limit=1x", "limit=%201",          "limit=1&limit=1",
      "class=nothing", "since=yesterday", "since=5w",     "since=5mm",  "since=d",  "since=999999999d",    "cursor=..",
      "cursor=a%2F",   "cursor=a%2Fb/c",  "cursor=a%20b", "colour=red", "=",        "verdict=a&verdict=b",
  };
  struct sift_list_params params;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    why = (struct sift_query_error){0};
    if (list_of(&params, bad[i])) {
      print_error("%s was taken\n", bad[i]);
      fail();
    }
    if (why.error != NULL) {
      assert_true(why.hint != NULL && why.hint[0] != '\0');
    }
  }
  assert_false(list_of(&params, "%0Acol%FFour"));
  assert_string_equal(why.detail, "?col?our");
}

static void test_events_are_chosen(void **state) {
  (void)state;
  struct sift_event_params params;
  assert_true(sift_query_parse(&query, sift_span_of("space=a/b&space=-&class=crash&rule=push-refused&severity=fatal"), &why));
  assert_true(sift_event_params_parse(&params, &query, fixture.ruleset, &why));
  assert_int_equal(params.spaces.count, 2);
  assert_string_equal(params.spaces.values[1], "-");
  assert_int_equal(params.classes.count, 1);
  assert_string_equal(params.rules.values[0], "push-refused");
  assert_int_equal(params.severity, SIFT_FATAL);
  static const char *const bad[] = {"space=..", "space=", "class=x", "rule=x", "severity=5", "severity=", "limit=1"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_true(sift_query_parse(&query, sift_span_of(bad[i]), &why));
    assert_false(sift_event_params_parse(&params, &query, fixture.ruleset, &why));
  }
}

/* --- Accept ------------------------------------------------------------------------------------------------------------ */

static void test_accept_is_read_as_it_is_meant(void **state) {
  (void)state;
  static const struct {
    const char *accept;
    bool accepts, prefers;
  } cases[] = {
      {NULL, true, false},
      {"", true, false},
      {"application/json", true, true},
      {"Application/JSON ; charset=utf-8", true, true},
      {"text/html, application/json;q=0.1", true, true},
      {"*/*", true, false},
      {"application/*", true, false},
      {"text/*", false, false},
      {"*/json", false, false},
      {"application/json;q=0", false, false},
      {"application/json;q=0.000, */*", false, false},
      {"*/*;q=0", false, false},
      {"*/*;q=0, application/json;q=1", true, true},
      {"application/jsonx", false, false},
      {"application", false, false},
      {",,,", false, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(sift_http_accepts(cases[i].accept, "application", "json"), cases[i].accepts);
    assert_int_equal(sift_http_prefers(cases[i].accept, "application", "json"), cases[i].prefers);
  }
}

static int begin_all(void **state) {
  (void)state;
  fixture_begin(&fixture);
  return 0;
}

static int end_all(void **state) {
  (void)state;
  fixture_end(&fixture);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_path_is_split_before_it_is_decoded),
      cmocka_unit_test(test_odd_paths_are_refused),
      cmocka_unit_test(test_a_query_is_decoded_in_order),
      cmocka_unit_test(test_the_longest_query_of_bare_names_fits),
      cmocka_unit_test(test_a_list_has_defaults),
      cmocka_unit_test(test_a_list_takes_what_it_is_given),
      cmocka_unit_test(test_ages_count_from_now),
      cmocka_unit_test(test_what_is_of_no_use_is_refused_with_a_hint),
      cmocka_unit_test(test_events_are_chosen),
      cmocka_unit_test(test_accept_is_read_as_it_is_meant),
  };
  return cmocka_run_group_tests(tests, begin_all, end_all);
}
