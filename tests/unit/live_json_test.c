#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/serve/live_json.h"
#include "tests/support/live.h"

/* One line for a listener with these templates; what was told. */
static struct live tell(const char *space, const char *text, const char *line) {
  struct sift_origin *origin = NULL;
  struct live out;
  char error[200];
  char *memory = calloc(1, strlen(line) + SIFT_PADDING);
  memcpy(memory, line, strlen(line));
  assert_int_equal(sift_origin_new(&origin, SIFT_PROTOCOL_LINES, space, NULL, NULL, text, error, sizeof error), SIFT_OK);
  live_init(&out, origin);
  out.sink.context = &out; /* the struct is copied on return, and used no more */
  struct sift_protocol protocol = {.sink = &out.sink, .config = out.config};
  protocol.config.scratch = &out.scratch;
  assert_int_equal(sift_live_json_line(&protocol, sift_span(memory, strlen(line))), SIFT_OK);
  sift_protocol_scratch_release(&out.scratch);
  sift_origin_free(origin);
  free(memory);
  return out;
}

static void expect(const char *space, const char *text, const char *line, const char *log) {
  struct live out = tell(space, text, line);
  assert_string_equal(out.log, log);
  assert_int_equal(out.damages, 0);
  free(out.log);
}

static void templates_take_fields_of_any_depth_and_the_peer(void **state) {
  (void)state;
  expect("{a.b}/{peer}", "{x}: {y}", "{\"a\":{\"b\":\"o\"},\"x\":1.5,\"y\":\"t\\n\"}", "R o/10.0.0.7||-|1.5: t\n\n");
  expect("{a}|{a.b}", "{x}", "{\"a\":{\"b\":\"\\u00e9\"},\"x\":\"\\\"\"}", "R \xc3\xa9||-|\"\n");
}

static void a_blank_line_is_nothing(void **state) {
  (void)state;
  expect(NULL, NULL, "", "");
  expect(NULL, NULL, " \t\r", "");
}

static void null_objects_and_arrays_are_absent(void **state) {
  (void)state;
  expect("{a}|{b}|{c}|none", "{x}|{y}", "{\"a\":null,\"b\":{},\"c\":[1],\"x\":false}", "R none||-|false\n");
}

static void what_cannot_be_used_is_counted(void **state) {
  (void)state;
  static const struct {
    const char *line;
    enum sift_reason reason;
  } cases[] = {
      {"{\"log\":\"x\"", SIFT_REASON_JSON_SYNTAX},
      {"{\"log\":\"\\x\"}", SIFT_REASON_JSON_SYNTAX},
      {"{\"space\":\"\\x\",\"log\":\"x\"}", SIFT_REASON_JSON_SYNTAX},
      {"[]", SIFT_REASON_JSON_SYNTAX},
      {"{\"log\":null}", SIFT_REASON_JSON_TEXT},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct live out = tell(NULL, NULL, cases[i].line);
    assert_string_equal(out.log, "");
    assert_int_equal(out.damage[cases[i].reason], 1);
    assert_int_equal(out.damages, 1);
    free(out.log);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(templates_take_fields_of_any_depth_and_the_peer),
      cmocka_unit_test(a_blank_line_is_nothing),
      cmocka_unit_test(null_objects_and_arrays_are_absent),
      cmocka_unit_test(what_cannot_be_used_is_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
