#include "tools/fleetgen/words.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

bool sift_gen_size_parse(const char *text, uint64_t *out) {
  if (*text < '0' || *text > '9') {
    return false;
  }
  char *end;
  errno = 0;
  unsigned long long value = strtoull(text, &end, 10);
  unsigned shift = *end == 'K' || *end == 'k' ? 10 : *end == 'M' || *end == 'm' ? 20 : *end == 'G' || *end == 'g' ? 30 : 0;
  end += shift > 0;
  if (errno != 0 || *end != '\0' || value > (UINT64_MAX >> 1) >> shift) {
    return false;
  }
  *out = value << shift;
  return true;
}

int sift_gen_choice(const char *names, const char *text) {
  size_t len = strlen(text);
  int at = 0;
  for (const char *name = names; *name != '\0'; at++) {
    size_t name_len = strcspn(name, " ");
    if (name_len == len && memcmp(name, text, len) == 0) {
      return at;
    }
    name += name_len + (name[name_len] == ' ');
  }
  return -1;
}
