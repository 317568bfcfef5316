#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/serve/gather.h"

/* Streams share slots; none may be left over, for those would be counted to others, and in the end fill the table. */
static void clearing_leaves_no_slot_taken(void **state) {
  (void)state;
  struct sift_gather gather = {0};
  uint64_t random = 1;
  for (uint32_t round = 0; round < 50; round++) {
    for (uint32_t i = 0; i < 100; i++) {
      random = random * 6364136223846793005U + 1442695040888963407U;
      assert_int_equal(sift_gather_record(&gather, (uint32_t)(random >> 44), sift_span_of("text"), SIFT_TIME_NONE), SIFT_OK);
    }
    assert_in_range(gather.counted_count, 90, 100);
    sift_gather_clear(&gather);
    for (uint32_t slot = 0; slot < gather.slot_count; slot++) {
      assert_int_equal(gather.slots[slot], 0);
    }
  }
  sift_gather_release(&gather);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(clearing_leaves_no_slot_taken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
