#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/event_json.h"
#include "engine/space.h"

static struct sift_event_record record_of(void) {
  return (struct sift_event_record){
      .time_ns = INT64_C(1769854830123000000),
      .space = sift_span_of("alice/demo"),
      .channel = sift_span_of("run"),
      .rule = sift_span_of("cuda-out-of-memory"),
      .class_id = sift_span_of("cuda_oom"),
      .severity = sift_span_of("error"),
      .severity_number = 17,
      .source = sift_span_of("a.log"),
      .text = sift_span_of("CUDA \"oom\"\n\xFF"),
  };
}

static void assert_json(const struct sift_event_record *record, const char *want) {
  struct sift_json json;
  sift_json_init(&json);
  sift_event_json(&json, record);
  assert_false(json.failed);
  sift_json_raw(&json, sift_span("", 1));
  assert_string_equal(json.bytes, want);
  sift_json_release(&json);
}

static void test_what_is_unknown_is_left_out(void **state) {
  (void)state;
  struct sift_event_record record = record_of();
  assert_json(&record, "{\"time\":\"2026-01-31T10:20:30.123Z\",\"space\":\"alice/demo\",\"channel\":\"run\","
                       "\"rule\":\"cuda-out-of-memory\",\"class\":\"cuda_oom\",\"severity\":\"error\",\"severity_number\":17,"
                       "\"source\":\"a.log\",\"offset\":0,\"text\":\"CUDA \\\"oom\\\"\\n\xEF\xBF\xBD\"}");
}

static void test_line_cut_and_fields_follow_when_known(void **state) {
  (void)state;
  struct sift_event_record record = record_of();
  record.time_ns = SIFT_TIME_NONE;
  record.text = sift_span_of("t");
  record.line = 7;
  record.offset = 12;
  record.cut = true;
  record.field_count = 1;
  record.fields[0] = (struct sift_event_field){sift_span("moduleXX", 6), sift_span_of("torch")};
  assert_json(&record, "{\"time\":null,\"space\":\"alice/demo\",\"channel\":\"run\",\"rule\":\"cuda-out-of-memory\","
                       "\"class\":\"cuda_oom\",\"severity\":\"error\",\"severity_number\":17,\"source\":\"a.log\",\"offset\":12,"
                       "\"line\":7,\"text\":\"t\",\"cut\":true,\"fields\":{\"module\":\"torch\"}}");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_what_is_unknown_is_left_out),
      cmocka_unit_test(test_line_cut_and_fields_follow_when_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
