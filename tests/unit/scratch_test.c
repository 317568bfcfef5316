#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/batch.h"
#include "ingest/serve/protocol.h"
#include "ingest/serve/scratch.h"

static void big_things_are_made_once_on_first_need(void **state) {
  (void)state;
  struct sift_protocol_scratch scratch;
  sift_protocol_scratch_init(&scratch);
  assert_null(scratch.reader);
  assert_null(scratch.unpress);
  struct sift_json_reader *reader = sift_protocol_scratch_reader(&scratch);
  assert_non_null(reader);
  assert_ptr_equal(sift_protocol_scratch_reader(&scratch), reader);
  struct sift_unpress *unpress = sift_protocol_scratch_unpress(&scratch);
  assert_non_null(unpress);
  assert_ptr_equal(sift_protocol_scratch_unpress(&scratch), unpress);
  sift_protocol_scratch_release(&scratch);
  assert_null(scratch.reader);
}

static void usual_limits_fit_what_they_limit(void **state) {
  (void)state;
  struct sift_live_limits limits = sift_live_limits_usual();
  assert_int_equal(limits.line_bytes_max, SIFT_LINE_BYTES_MAX);
  assert_true(limits.frame_bytes_max > limits.line_bytes_max && limits.inflated_bytes_max > limits.frame_bytes_max);
  assert_true((size_t)1 << limits.window_log_max <= limits.inflated_bytes_max);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(big_things_are_made_once_on_first_need),
      cmocka_unit_test(usual_limits_fit_what_they_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
