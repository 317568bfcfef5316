#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <zstd.h>

#include "ingest/serve/journal_internal.h"

static void a_block_is_a_seal_and_one_frame_with_a_checksum(void **state) {
  (void)state;
  struct sift_journal_packer *packer = NULL;
  struct sift_journal_block *block = NULL;
  struct sift_seal seal = {.kind = SIFT_SEAL_ENTRY, .loop = 3, .loop_seq = 9};
  struct sift_seal back;
  char text[64];
  assert_int_equal(sift_journal_packer_new(&packer, 3), SIFT_OK);
  assert_int_equal(sift_journal_pack(packer, sift_span_of("what was said"), &seal, &block), SIFT_OK);
  sift_journal_block_seal(block, &seal, 77);
  assert_int_equal(block->seq, 77);
  assert_true(sift_seal_take(&back, block->bytes));
  assert_int_equal(back.seq, 77);
  assert_int_equal(back.loop, 3);
  assert_int_equal(back.loop_seq, 9);
  assert_int_equal(back.payload_bytes, 13);
  assert_int_equal(block->size, SIFT_SEAL_BYTES + back.frame_bytes);
  const char *frame = block->bytes + SIFT_SEAL_BYTES;
  assert_int_equal(ZSTD_findFrameCompressedSize(frame, back.frame_bytes), back.frame_bytes);
  assert_int_equal(frame[4] & 4, 4); /* the checksum's flag in the frame header (RFC 8878, 3.1.1.1.1) */
  /* Any decoder takes both for one stream. */
  assert_int_equal(ZSTD_decompress(text, sizeof text, block->bytes, block->size), 13);
  assert_memory_equal(text, "what was said", 13);
  free(block);
  sift_journal_packer_free(packer);
}

static void a_packer_takes_payloads_of_all_sizes_up_to_the_largest(void **state) {
  (void)state;
  struct sift_journal_packer *packer = NULL;
  char *bytes = calloc(1, SIFT_JOURNAL_ENTRY_BYTES_MAX + 1);
  assert_non_null(bytes);
  assert_int_equal(sift_journal_packer_new(&packer, 0), SIFT_OK);
  static const size_t sizes[] = {0, 1, 100000, SIFT_JOURNAL_ENTRY_BYTES_MAX, 5};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    struct sift_seal seal = {.kind = SIFT_SEAL_ENTRY};
    struct sift_journal_block *block = NULL;
    assert_int_equal(sift_journal_pack(packer, sift_span(bytes, sizes[i]), &seal, &block), SIFT_OK);
    assert_true(block->size < SIFT_SEAL_BYTES + 2048); /* zeroes: the queue holds what it counts, no worst case */
    assert_int_equal(seal.payload_bytes, sizes[i]);
    free(block);
  }
  struct sift_seal seal = {.kind = SIFT_SEAL_ENTRY};
  struct sift_journal_block *block = NULL;
  assert_int_equal(sift_journal_pack(packer, sift_span(bytes, SIFT_JOURNAL_ENTRY_BYTES_MAX + 1), &seal, &block), SIFT_ELIMIT);
  assert_null(block);
  sift_journal_packer_free(packer);
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_block_is_a_seal_and_one_frame_with_a_checksum),
      cmocka_unit_test(a_packer_takes_payloads_of_all_sizes_up_to_the_largest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
