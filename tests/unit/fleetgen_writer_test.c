#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

#include "tools/fleetgen/writer.h"

enum { TEXT_BYTES = 700000, FILE_BYTES = 1 << 20 };

struct fixture {
  char path[64];
  char *text;    /* TEXT_BYTES */
  uint8_t *file; /* what stands on the disk */
  size_t file_len;
  char *back; /* decompressed */
};

static int begin(void **state) {
  struct fixture *fixture = calloc(1, sizeof(*fixture));
  strcpy(fixture->path, "/tmp/fleetgen_writer_XXXXXX");
  int fd = mkstemp(fixture->path);
  close(fd);
  fixture->text = malloc(TEXT_BYTES);
  fixture->file = malloc(FILE_BYTES);
  fixture->back = malloc(TEXT_BYTES + 1);
  uint32_t value = 1;
  for (size_t i = 0; i < TEXT_BYTES; i++) {
    value = value * 1664525 + 1013904223;
    fixture->text[i] = (char)('a' + (value >> 28));
  }
  *state = fixture;
  return fd >= 0 ? 0 : -1;
}

static int end(void **state) {
  struct fixture *fixture = *state;
  unlink(fixture->path);
  free(fixture->text);
  free(fixture->file);
  free(fixture->back);
  free(fixture);
  return 0;
}

/* Writes the text in two halves with a cut between them, then reads the file. */
static void write_and_read(struct fixture *fixture, enum sift_gen_compression compression) {
  struct sift_gen_writer *writer;
  assert_int_equal(sift_gen_writer_new(&writer, compression), SIFT_OK);
  assert_int_equal(sift_gen_writer_open(writer, fixture->path), SIFT_OK);
  assert_int_equal(sift_gen_writer_put(writer, sift_span(fixture->text, 1000)), SIFT_OK);
  assert_int_equal(sift_gen_writer_put(writer, sift_span("", 0)), SIFT_OK);
  assert_int_equal(sift_gen_writer_put(writer, sift_span(fixture->text + 1000, TEXT_BYTES / 2 - 1000)), SIFT_OK);
  assert_int_equal(sift_gen_writer_cut(writer), SIFT_OK);
  assert_int_equal(sift_gen_writer_cut(writer), SIFT_OK);
  assert_int_equal(sift_gen_writer_put(writer, sift_span(fixture->text + TEXT_BYTES / 2, TEXT_BYTES - TEXT_BYTES / 2)), SIFT_OK);
  assert_int_equal(sift_gen_writer_close(writer), SIFT_OK);
  FILE *file = fopen(fixture->path, "rb");
  assert_non_null(file);
  fixture->file_len = fread(fixture->file, 1, FILE_BYTES, file);
  fclose(file);
  assert_int_equal(sift_gen_writer_bytes(writer), fixture->file_len);
  sift_gen_writer_free(writer);
}

static void zstd_files_hold_a_frame_for_each_cut(void **state) {
  struct fixture *fixture = *state;
  write_and_read(fixture, SIFT_GEN_ZSTD);
  size_t first = ZSTD_findFrameCompressedSize(fixture->file, fixture->file_len);
  assert_false(ZSTD_isError(first));
  size_t second = ZSTD_findFrameCompressedSize(fixture->file + first, fixture->file_len - first);
  assert_int_equal(first + second, fixture->file_len);
  assert_int_equal(ZSTD_decompress(fixture->back, TEXT_BYTES, fixture->file, fixture->file_len), TEXT_BYTES);
  assert_memory_equal(fixture->back, fixture->text, TEXT_BYTES);
}

static void gzip_files_hold_a_member_for_each_cut(void **state) {
  struct fixture *fixture = *state;
  write_and_read(fixture, SIFT_GEN_GZIP);
  struct inflate_state inflate;
  isal_inflate_init(&inflate);
  inflate.next_in = fixture->file;
  inflate.avail_in = (uint32_t)fixture->file_len;
  inflate.next_out = (uint8_t *)fixture->back;
  inflate.avail_out = TEXT_BYTES + 1;
  for (int member = 0; member < 2; member++) {
    isal_inflate_reset(&inflate);
    inflate.crc_flag = ISAL_GZIP;
    assert_int_equal(isal_inflate(&inflate), ISAL_DECOMP_OK);
    assert_int_equal(inflate.block_state, ISAL_BLOCK_FINISH);
  }
  assert_int_equal(inflate.avail_in, 0);
  assert_int_equal(inflate.avail_out, 1);
  assert_memory_equal(fixture->back, fixture->text, TEXT_BYTES);
}

static void plain_files_hold_the_text(void **state) {
  struct fixture *fixture = *state;
  write_and_read(fixture, SIFT_GEN_NONE);
  assert_int_equal(fixture->file_len, TEXT_BYTES);
  assert_memory_equal(fixture->file, fixture->text, TEXT_BYTES);
}

static void what_the_system_refuses_is_said(void **state) {
  (void)state;
  struct sift_gen_writer *writer;
  assert_int_equal(sift_gen_writer_new(&writer, SIFT_GEN_NONE), SIFT_OK);
  assert_int_equal(sift_gen_writer_open(writer, "/nonexistent/file"), SIFT_EIO);
  assert_int_equal(errno, ENOENT);
  assert_int_equal(sift_gen_writer_open(writer, "/dev/full"), SIFT_OK);
  assert_int_equal(sift_gen_writer_put(writer, sift_span("x", 1)), SIFT_EIO);
  assert_int_equal(errno, ENOSPC);
  sift_gen_writer_free(writer);
  sift_gen_writer_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(zstd_files_hold_a_frame_for_each_cut, begin, end),
      cmocka_unit_test_setup_teardown(gzip_files_hold_a_member_for_each_cut, begin, end),
      cmocka_unit_test_setup_teardown(plain_files_hold_the_text, begin, end),
      cmocka_unit_test(what_the_system_refuses_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
