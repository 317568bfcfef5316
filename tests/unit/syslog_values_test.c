#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "ingest/serve/origin.h"
#include "ingest/serve/scratch.h"
#include "ingest/serve/syslog_values.h"

#define FRAME "<131>1 - h a p m [x@1 a=\"\\]1\" b=\"\\\"2\" c=\"3\"] text"

/* The values of a template's variables, a '|' behind each; "-" where absent. */
static void expect(const char *text, const char *frame, const char *expected) {
  struct sift_protocol_scratch scratch;
  struct sift_syslog_message message;
  struct sift_origin *origin = NULL;
  struct sift_span values[SIFT_VARIABLES_MAX];
  char error[200];
  char told[300] = "";
  size_t count = 0;
  int len = 0;
  sift_protocol_scratch_init(&scratch);
  assert_int_equal(sift_origin_new(&origin, SIFT_PROTOCOL_SYSLOG, text, "", "", "", error, sizeof error), SIFT_OK);
  struct sift_protocol_config config = {.origin = origin, .scratch = &scratch, .peer = sift_span_of("10.0.0.7")};
  sift_syslog_message_read(sift_span_of(frame), 0, &message);
  assert_true(sift_syslog_values(&config, &message, values));
  (void)sift_origin_variables(origin, &count);
  for (size_t i = 0; i < count; i++) {
    struct sift_span value = values[i].data != NULL ? values[i] : sift_span_of("-");
    len += snprintf(told + len, sizeof told - (size_t)len, "%.*s|", (int)value.len, value.data);
  }
  assert_string_equal(told, expected);
  sift_origin_free(origin);
  sift_protocol_scratch_release(&scratch);
}

static void each_variable_has_its_part_of_the_message(void **state) {
  (void)state;
  expect("{host}{app}{procid}{msgid}{facility}{severity}{message}{peer}{sd.x.c}", FRAME, "h|a|p|m|local0|err|text|10.0.0.7|3|");
}

static void what_the_message_does_not_tell_is_absent(void **state) {
  (void)state;
  expect("{host}{app}{procid}{msgid}{facility}{severity}{message}{sd.x.c}{sd.x.d}", "text", "-|-|-|-|user|notice|text|-|-|");
}

static void escapes_of_several_parameters_are_decoded_side_by_side(void **state) {
  (void)state;
  expect("{sd.x.a}{sd.x@1.a}{sd.x.b}{sd.x.c}", FRAME, "]1|]1|\"2|3|");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_variable_has_its_part_of_the_message),
      cmocka_unit_test(what_the_message_does_not_tell_is_absent),
      cmocka_unit_test(escapes_of_several_parameters_are_decoded_side_by_side),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
