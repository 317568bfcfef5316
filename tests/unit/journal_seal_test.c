#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/serve/journal_segment.h"

static struct sift_seal example(void) {
  return (struct sift_seal){.version = 1,
                            .kind = SIFT_SEAL_ENTRY,
                            .loop = 7,
                            .seq = 0x1122334455667788,
                            .loop_seq = 0x99AABBCCDDEEFF00,
                            .frame_bytes = 100,
                            .payload_bytes = 5000,
                            .frame_hash = 0x0123456789ABCDEF};
}

static void a_seal_comes_back_and_stands_in_a_skippable_frame(void **state) {
  (void)state;
  char bytes[SIFT_SEAL_BYTES];
  struct sift_seal seal = example();
  struct sift_seal back = {0};
  sift_seal_put(bytes, &seal);
  assert_memory_equal(bytes, "\x5E\x2A\x4D\x18\x30\x00\x00\x00\x01\x00\x01\x00\x07\x00\x00\x00\x88\x77", 18);
  assert_true(sift_seal_take(&back, bytes));
  assert_memory_equal(&seal, &back, sizeof seal);
}

static void no_flipped_bit_passes(void **state) {
  (void)state;
  char bytes[SIFT_SEAL_BYTES];
  struct sift_seal seal = example();
  struct sift_seal back;
  sift_seal_put(bytes, &seal);
  for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
    bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
    assert_false(sift_seal_take(&back, bytes));
    bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
  }
  assert_true(sift_seal_take(&back, bytes));
}

static void lengths_and_numbers_that_cannot_be_are_refused(void **state) {
  (void)state;
  char bytes[SIFT_SEAL_BYTES];
  struct sift_seal back;
  struct sift_seal seal = example();
  seal.payload_bytes = SIFT_JOURNAL_ENTRY_BYTES_MAX + 1;
  sift_seal_put(bytes, &seal);
  assert_false(sift_seal_take(&back, bytes));
  seal = example();
  seal.frame_bytes = 1 << 20;
  sift_seal_put(bytes, &seal);
  assert_false(sift_seal_take(&back, bytes));
  seal = example();
  seal.seq = UINT64_MAX;
  sift_seal_put(bytes, &seal);
  assert_false(sift_seal_take(&back, bytes));
}

static void names_hold_the_first_number(void **state) {
  (void)state;
  char name[SIFT_JOURNAL_NAME_BYTES];
  uint64_t seq = 0;
  sift_journal_name(name, 42);
  assert_string_equal(name, "journal-00000000000000000042.zst");
  assert_true(sift_journal_name_parse(name, &seq));
  assert_int_equal(seq, 42);
  static const char *const others[] = {"lock",
                                       "journal-42.zst",
                                       "journal-00000000000000000042.zs",
                                       "journal-00000000000000000042.zst~",
                                       "journal-0000000000000000004x.zst",
                                       "journal-00000000000000000000.zst",
                                       "journal-99999999999999999999.zst",
                                       "journal-"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    assert_false(sift_journal_name_parse(others[i], &seq));
  }
}

static void every_fault_has_a_text(void **state) {
  (void)state;
  for (int fault = SIFT_SEGMENT_WHOLE; fault <= SIFT_SEGMENT_VERSION; fault++) {
    assert_string_not_equal(sift_segment_fault_text((enum sift_segment_fault)fault), "unknown");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_seal_comes_back_and_stands_in_a_skippable_frame),
      cmocka_unit_test(no_flipped_bit_passes),
      cmocka_unit_test(lengths_and_numbers_that_cannot_be_are_refused),
      cmocka_unit_test(names_hold_the_first_number),
      cmocka_unit_test(every_fault_has_a_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
