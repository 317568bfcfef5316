#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/serve/manifest.h"

static struct sift_manifest *example(void) {
  static struct sift_manifest manifest;
  manifest = (struct sift_manifest){.number = 12, .journal_seq = 345, .position_count = 3, .state_bytes = 5000000000};
  manifest.positions[0] = (struct sift_checkpoint_position){0, 100};
  manifest.positions[1] = (struct sift_checkpoint_position){1, 0};
  manifest.positions[2] = (struct sift_checkpoint_position){UINT32_MAX, UINT64_MAX};
  manifest.state_hash[0] = 0x0123456789ABCDEF;
  manifest.state_hash[1] = 42;
  manifest.chunk_ids = sift_span("0123456789abcdef0123456789ABCDEF", 32);
  manifest.extra = sift_span_of("of the server's own");
  return &manifest;
}

static void a_manifest_comes_back(void **state) {
  (void)state;
  static struct sift_manifest back;
  struct sift_pack pack = {0};
  const struct sift_manifest *manifest = example();
  assert_int_equal(sift_manifest_write(manifest, &pack), SIFT_OK);
  assert_int_equal(sift_manifest_read(&back, sift_span(pack.bytes, pack.len)), SIFT_OK);
  assert_int_equal(back.number, 12);
  assert_int_equal(back.journal_seq, 345);
  assert_int_equal(back.position_count, 3);
  assert_memory_equal(back.positions, manifest->positions, 3 * sizeof back.positions[0]);
  assert_int_equal(back.state_bytes, 5000000000);
  assert_memory_equal(back.state_hash, manifest->state_hash, sizeof back.state_hash);
  assert_true(sift_span_equal(back.chunk_ids, manifest->chunk_ids) && sift_span_equal(back.extra, manifest->extra));
  sift_pack_release(&pack);
}

static void the_largest_number_of_loops_fits(void **state) {
  (void)state;
  static struct sift_manifest manifest;
  static struct sift_manifest back;
  struct sift_pack pack = {0};
  manifest.position_count = SIFT_CHECKPOINT_LOOPS_MAX;
  for (uint32_t i = 0; i < SIFT_CHECKPOINT_LOOPS_MAX; i++) {
    manifest.positions[i] = (struct sift_checkpoint_position){UINT32_MAX - SIFT_CHECKPOINT_LOOPS_MAX + i, UINT64_MAX - i};
  }
  assert_int_equal(sift_manifest_write(&manifest, &pack), SIFT_OK);
  assert_int_equal(sift_manifest_read(&back, sift_span(pack.bytes, pack.len)), SIFT_OK);
  assert_memory_equal(back.positions, manifest.positions, sizeof back.positions);
  sift_pack_release(&pack);
}

static void what_is_too_large_is_refused(void **state) {
  (void)state;
  struct sift_pack pack = {0};
  struct sift_manifest *manifest = example();
  manifest->extra.len = SIFT_MANIFEST_BYTES_MAX; /* only its length is looked at */
  assert_int_equal(sift_manifest_write(manifest, &pack), SIFT_ELIMIT);
  manifest->extra.len = SIFT_MANIFEST_BYTES_MAX / 2;
  manifest->chunk_ids.len = SIFT_MANIFEST_BYTES_MAX / 2;
  assert_int_equal(sift_manifest_write(manifest, &pack), SIFT_ELIMIT);
  assert_int_equal(pack.len, 0);
}

static void neither_a_cut_nor_a_flipped_bit_passes(void **state) {
  (void)state;
  static struct sift_manifest back;
  struct sift_pack pack = {0};
  assert_int_equal(sift_manifest_write(example(), &pack), SIFT_OK);
  for (size_t len = 0; len < pack.len; len++) {
    assert_int_equal(sift_manifest_read(&back, sift_span(pack.bytes, len)), SIFT_ETRUNCATED);
  }
  for (size_t bit = 0; bit < 8 * pack.len; bit++) {
    pack.bytes[bit / 8] = (char)(pack.bytes[bit / 8] ^ (1 << bit % 8));
    enum sift_status status = sift_manifest_read(&back, sift_span(pack.bytes, pack.len));
    assert_true(status == SIFT_EFORMAT || status == SIFT_EVERSION || status == SIFT_ECORRUPT || status == SIFT_ETRUNCATED);
    pack.bytes[bit / 8] = (char)(pack.bytes[bit / 8] ^ (1 << bit % 8));
  }
  char *longer = sift_pack_reserve(&pack, 1);
  *longer = 0;
  assert_int_equal(sift_manifest_read(&back, sift_span(pack.bytes, pack.len + 1)), SIFT_ECORRUPT);
  sift_pack_release(&pack);
}

static void other_files_are_told_apart(void **state) {
  (void)state;
  static struct sift_manifest back;
  static const char events[] = "\x82\xA9spacesift\xA6"
                               "events\xA1v\x01";
  static const char later[] = "\x82\xA9spacesift\xAA"
                              "checkpoint\xA1v\x02";
  assert_int_equal(sift_manifest_read(&back, sift_span(events, sizeof events - 1)), SIFT_EFORMAT);
  assert_int_equal(sift_manifest_read(&back, sift_span_of("hello there")), SIFT_EFORMAT);
  assert_int_equal(sift_manifest_read(&back, sift_span(later, sizeof later - 1)), SIFT_EVERSION);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_manifest_comes_back),        cmocka_unit_test(the_largest_number_of_loops_fits),
      cmocka_unit_test(what_is_too_large_is_refused), cmocka_unit_test(neither_a_cut_nor_a_flipped_bit_passes),
      cmocka_unit_test(other_files_are_told_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
