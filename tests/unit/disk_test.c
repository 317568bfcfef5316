#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/serve_support.h"

static void a_directory_is_made_for_its_owner_alone(void **state) {
  (void)state;
  char path[TEST_PATH_BYTES];
  char inner[2 * TEST_PATH_BYTES];
  struct stat stat;
  int directory = -1;
  make_directory(path);
  snprintf(inner, sizeof inner, "%s/inner", path);
  assert_int_equal(sift_disk_open_directory(&directory, inner), SIFT_OK);
  assert_int_equal(fstat(directory, &stat), 0);
  assert_int_equal(stat.st_mode & 0777, 0700);
  int file = sift_disk_real()->create(NULL, directory, "file");
  assert_int_equal(fstat(file, &stat), 0);
  assert_int_equal(stat.st_mode & 0777, 0600);
  assert_int_equal(sift_disk_real()->create(NULL, directory, "file"), -1);
  assert_int_equal(errno, EEXIST);
  close(file);
  close(directory);
  assert_int_equal(sift_disk_open_directory(&directory, inner), SIFT_OK);
  close(directory);
  remove_directory(inner);
  snprintf(inner, sizeof inner, "%s/no/such", path);
  assert_int_equal(sift_disk_open_directory(&directory, inner), SIFT_EIO);
  assert_int_equal(errno, ENOENT);
  assert_int_equal(directory, -1);
  remove_directory(path);
}

/* Takes a few bytes at a time and is interrupted in between. */
struct slow {
  char bytes[64];
  size_t len;
  int calls, fail_at;
};

static ssize_t slow_write(void *context, int file, const struct iovec *parts, int count) {
  struct slow *slow = context;
  (void)file;
  slow->calls++;
  if (slow->calls == slow->fail_at) {
    errno = ENOSPC;
    return -1;
  }
  if (slow->calls % 3 == 0) {
    errno = EINTR;
    return -1;
  }
  size_t took = 0;
  for (int i = 0; i < count && took < 3; i++) {
    for (size_t k = 0; k < parts[i].iov_len && took < 3; k++, took++) {
      slow->bytes[slow->len++] = ((const char *)parts[i].iov_base)[k];
    }
  }
  return (ssize_t)took;
}

static ssize_t no_write(void *context, int file, const struct iovec *parts, int count) {
  (void)context;
  (void)file;
  (void)parts;
  (void)count;
  return 0;
}

static void writing_goes_on_after_short_writes_and_interrupts(void **state) {
  (void)state;
  struct slow slow = {.fail_at = -1};
  struct sift_disk disk = {.context = &slow, .write = slow_write};
  struct iovec parts[4] = {{"ab", 2}, {"", 0}, {"cdefgh", 6}, {"i", 1}};
  assert_int_equal(sift_disk_write(&disk, -1, parts, 4), SIFT_OK);
  assert_int_equal(slow.len, 9);
  assert_memory_equal(slow.bytes, "abcdefghi", 9);
}

static void a_write_that_fails_or_takes_nothing_ends_it(void **state) {
  (void)state;
  struct slow slow = {.fail_at = 2};
  struct sift_disk disk = {.context = &slow, .write = slow_write};
  struct iovec parts[1] = {{"abcdef", 6}};
  assert_int_equal(sift_disk_write(&disk, -1, parts, 1), SIFT_EIO);
  assert_int_equal(errno, ENOSPC);
  assert_int_equal(slow.len, 3);
  disk.write = no_write;
  struct iovec again[1] = {{"abc", 3}};
  assert_int_equal(sift_disk_write(&disk, -1, again, 1), SIFT_EIO);
}

static enum sift_status count_name(void *context, const char *name) {
  (void)name;
  ++*(int *)context;
  return *(int *)context == 4 ? SIFT_ELIMIT : SIFT_OK;
}

static void a_listing_stops_where_it_is_told(void **state) {
  (void)state;
  char path[TEST_PATH_BYTES];
  int directory = -1;
  int names = 0;
  make_directory(path);
  write_bytes_to(path, "a", "", 0);
  assert_int_equal(sift_disk_open_directory(&directory, path), SIFT_OK);
  assert_int_equal(sift_disk_list(directory, count_name, &names), SIFT_OK);
  assert_int_equal(names, 3); /* with . and .. */
  write_bytes_to(path, "b", "", 0);
  names = 0;
  assert_int_equal(sift_disk_list(directory, count_name, &names), SIFT_ELIMIT);
  close(directory);
  remove_directory(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_directory_is_made_for_its_owner_alone),
      cmocka_unit_test(writing_goes_on_after_short_writes_and_interrupts),
      cmocka_unit_test(a_write_that_fails_or_takes_nothing_ends_it),
      cmocka_unit_test(a_listing_stops_where_it_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
