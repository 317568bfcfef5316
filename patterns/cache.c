#include "patterns/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "engine/ruleset_store.h"
#include "engine/typical.h"
#include "patterns/cache_tidy.h"
#include "patterns/loader.h"
#include "patterns/proof.h"

enum { CACHE_BYTES_MAX = 512 * 1024 * 1024, RULES_BYTES_MAX = 16 * 1024 * 1024, PATH_BYTES = 4096 };

static void warn(struct sift_problems *problems, const char *path, const char *what) {
  char message[256];
  snprintf(message, sizeof message, "%s: %s", what, strerror(errno));
  const struct sift_problem problem = {
      .warning = true,
      .file = path,
      .message = message,
      .hint = "compiled databases are not kept, so each start takes longer; set XDG_CACHE_HOME to a directory of your own",
  };
  sift_problems_add(problems, &problem);
}

/* The directory is ours alone, or it is not used: Hyperscan's deserializer trusts what it reads. */
static bool own_directory(const char *path) {
  struct stat st;
  if (mkdir(path, 0700) != 0 && errno != EEXIST) {
    return false;
  }
  if (stat(path, &st) != 0) {
    return false;
  }
  if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
    errno = EPERM;
    return false;
  }
  return true;
}

static bool make_parent(char *path) {
  char *slash = strrchr(path, '/');
  if (slash == NULL || slash == path) {
    return true;
  }
  *slash = '\0';
  bool made = mkdir(path, 0700) == 0 || errno == EEXIST || (errno == ENOENT && make_parent(path) && mkdir(path, 0700) == 0);
  *slash = '/';
  return made;
}

/* XDG_CACHE_HOME, which must be absolute to count, else ~/.cache (XDG Base Directory Specification). */
static bool cache_directory(char *out, size_t size) {
  const char *base = getenv("XDG_CACHE_HOME");
  const char *home = getenv("HOME");
  int len = -1;
  if (base != NULL && base[0] == '/') {
    len = snprintf(out, size, "%s/spacesift", base);
  } else if (home != NULL && home[0] == '/') {
    len = snprintf(out, size, "%s/.cache/spacesift", home);
  }
  errno = ENOENT;
  return len > 0 && (size_t)len < size && make_parent(out) && own_directory(out);
}

/* Bytes of a file. */
struct content {
  char *bytes;
  size_t len;
};

static void content_release(struct content *content) {
  if (content->bytes != NULL) {
    munmap(content->bytes, content->len);
  }
  *content = (struct content){0};
}

/* Read into pages that are there beforehand: to fault them in one by one takes longer than to read them. The file is copied,
 * not mapped, so that nobody can change or cut it under our eyes once its checksum was verified. */
static enum sift_status read_whole(struct content *out, const char *path, off_t len_max) {
  *out = (struct content){0};
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) {
    return SIFT_EIO;
  }
  struct stat st;
  enum sift_status status = SIFT_EIO;
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_size > 0 && st.st_size <= len_max) {
    size_t size = (size_t)st.st_size;
    size_t len = 0;
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes != MAP_FAILED) {
      /* Large pages where there are any, else small ones all at once; a kernel that knows neither is only slower. */
      (void)madvise(bytes, size, MADV_HUGEPAGE);
      (void)madvise(bytes, size, MADV_POPULATE_WRITE);
    }
    ssize_t got = 1;
    while (bytes != MAP_FAILED && len < size && got > 0) {
      got = read(fd, (char *)bytes + len, size - len);
      len += got > 0 ? (size_t)got : 0;
    }
    sift_cache_touch(fd);
    *out = bytes != MAP_FAILED ? (struct content){bytes, size} : *out;
    status = bytes == MAP_FAILED ? SIFT_ENOMEM : len == size ? SIFT_OK : SIFT_EIO;
  }
  close(fd);
  if (status != SIFT_OK) {
    content_release(out);
  }
  return status;
}

static bool write_all(int fd, const char *bytes, size_t len) {
  while (len > 0) {
    ssize_t put = write(fd, bytes, len);
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put <= 0) {
      return false;
    }
    bytes += put;
    len -= (size_t)put;
  }
  return true;
}

/* The directory that the file is in has a new one: older ones may have to go. */
static void tidy(const char *path) {
  char directory[PATH_BYTES];
  const char *slash = strrchr(path, '/');
  snprintf(directory, sizeof directory, "%.*s", (int)(slash - path), path);
  sift_cache_tidy(directory, slash + 1);
}

/* A temporary name first: a reader never sees a half-written file, and two writers do not meet. */
static bool store(const char *path, const char *bytes, size_t len) {
  char temporary[4096 + 16];
  snprintf(temporary, sizeof temporary, "%s" SIFT_CACHE_HALF, path);
  int fd = mkostemp(temporary, O_CLOEXEC);
  if (fd < 0) {
    return false;
  }
  bool stored = write_all(fd, bytes, len) && fsync(fd) == 0;
  stored = close(fd) == 0 && stored && rename(temporary, path) == 0;
  if (!stored) {
    int error = errno;
    unlink(temporary);
    errno = error;
  } else {
    tidy(path);
  }
  return stored;
}

static enum sift_status load(struct sift_database **out, const struct sift_ruleset *ruleset, const char *path) {
  struct content content;
  enum sift_status status = read_whole(&content, path, CACHE_BYTES_MAX);
  if (status == SIFT_OK) {
    status = sift_database_deserialize(out, ruleset, sift_span(content.bytes, content.len));
  }
  content_release(&content);
  return status;
}

static enum sift_status compile_and_check(struct sift_database **out, const struct sift_ruleset *ruleset, struct sift_span typical,
                                          struct sift_problems *problems) {
  enum sift_status status = sift_database_compile_for(out, ruleset, typical, problems);
  if (status == SIFT_OK) {
    status = sift_database_check(*out, true, problems);
  } else if (status == SIFT_ERULES && sift_proof_run(ruleset, NULL, problems) == SIFT_ENOMEM) {
    status = SIFT_ENOMEM;
  }
  if (status != SIFT_OK) {
    sift_database_free(*out);
    *out = NULL;
  }
  return status;
}

static bool keep(const struct sift_database *database, const char *path, struct sift_problems *problems) {
  char *bytes = NULL;
  size_t len = 0;
  bool kept = sift_database_serialize(database, &bytes, &len) == SIFT_OK && store(path, bytes, len);
  if (!kept) {
    warn(problems, path, "cannot keep the compiled rules");
  }
  free(bytes);
  return kept;
}

/* Where rules are kept, in a directory that is there; false, with a warning, where there is none of ours. */
static bool cache_path(char path[PATH_BYTES], const struct sift_ruleset *ruleset, bool profiled, struct sift_problems *problems) {
  char directory[4000] = "";
  char build[SIFT_DATABASE_BUILD_BYTES];
  if (!cache_directory(directory, sizeof directory)) {
    warn(problems, directory, "no cache directory that is yours alone");
    return false;
  }
  sift_database_build_name(build);
  snprintf(path, PATH_BYTES, "%s/%s-%s%s.db", directory, ruleset->hash_text, build, profiled ? "-profile" : "");
  return true;
}

/* The same bytes passed PCRE2 when they were made, and PCRE2's version is one of the seals. */
static enum sift_status load_and_check(struct sift_database **out, const struct sift_ruleset *ruleset, const char *path,
                                       struct sift_problems *problems, bool *found) {
  enum sift_status status = load(out, ruleset, path);
  *found = status == SIFT_OK || status == SIFT_ENOMEM;
  if (status == SIFT_OK) {
    status = sift_database_check(*out, false, problems);
  }
  if (status != SIFT_OK) {
    sift_database_free(*out);
    *out = NULL;
  }
  return status;
}

enum sift_status sift_rules_compile(struct sift_database **out, const struct sift_ruleset *ruleset, bool use_cache,
                                    struct sift_problems *problems) {
  char path[PATH_BYTES];
  bool found = false;
  *out = NULL;
  if (!use_cache || !cache_path(path, ruleset, true, problems)) {
    return compile_and_check(out, ruleset, sift_typical_text(), problems);
  }
  enum sift_status status = load_and_check(out, ruleset, path, problems, &found);
  if (!found && cache_path(path, ruleset, false, problems)) {
    status = load_and_check(out, ruleset, path, problems, &found);
  }
  if (found) {
    return status;
  }
  status = compile_and_check(out, ruleset, sift_typical_text(), problems);
  if (status == SIFT_OK) {
    (void)keep(*out, path, problems);
  }
  return status;
}

enum sift_status sift_rules_compile_profiled(struct sift_database **out, const struct sift_ruleset *ruleset,
                                             struct sift_span typical, bool *kept, struct sift_problems *problems) {
  char path[PATH_BYTES];
  *kept = false;
  enum sift_status status = compile_and_check(out, ruleset, typical, problems);
  if (status == SIFT_OK && cache_path(path, ruleset, true, problems)) {
    *kept = keep(*out, path, problems);
  }
  return status;
}

/* ---- the built-in pack as it was read ---- */

static enum sift_status origin_of(struct sift_ruleset_origin *out, const struct sift_rule_file *files, size_t count) {
  XXH3_state_t *state = XXH3_createState();
  if (state == NULL) {
    return SIFT_ENOMEM;
  }
  XXH3_128bits_reset(state);
  XXH3_128bits_update(state, sift_rules_reader(), strlen(sift_rules_reader()));
  for (size_t i = 0; i < count; i++) {
    XXH3_128bits_update(state, files[i].name, strlen(files[i].name) + 1);
    XXH3_128bits_update(state, &files[i].bytes.len, sizeof files[i].bytes.len);
    XXH3_128bits_update(state, files[i].bytes.data, files[i].bytes.len);
  }
  XXH128_hash_t hash = XXH3_128bits_digest(state);
  XXH3_freeState(state);
  *out = (struct sift_ruleset_origin){{hash.high64, hash.low64}};
  return SIFT_OK;
}

/* Where the pack is kept, or false: nothing is said of it. */
static bool pack_path(char path[PATH_BYTES], const struct sift_ruleset_origin *origin) {
  char directory[4000] = "";
  if (!cache_directory(directory, sizeof directory)) {
    return false;
  }
  snprintf(path, PATH_BYTES, "%s/builtin-%016llx%016llx.rules", directory, (unsigned long long)origin->hash[0],
           (unsigned long long)origin->hash[1]);
  return true;
}

static enum sift_status restore(struct sift_ruleset **out, const struct sift_ruleset_origin *origin, const char *path) {
  struct content content;
  enum sift_status status = read_whole(&content, path, RULES_BYTES_MAX);
  if (status == SIFT_OK) {
    status = sift_ruleset_restore(out, origin, sift_span(content.bytes, content.len));
  }
  content_release(&content);
  return status;
}

static void keep_pack(const struct sift_ruleset *ruleset, const struct sift_ruleset_origin *origin, const char *path) {
  char *bytes = NULL;
  size_t len = 0;
  if (sift_ruleset_store(ruleset, origin, &bytes, &len) == SIFT_OK) {
    (void)store(path, bytes, len);
  }
  free(bytes);
}

enum sift_status sift_rules_load_kept(struct sift_ruleset **out, const char *path, bool use_cache, struct sift_problems *problems) {
  char kept[PATH_BYTES];
  struct sift_ruleset_origin origin;
  size_t count = 0;
  const struct sift_rule_file *files = sift_rules_builtin(&count);
  *out = NULL;
  if (path != NULL || !use_cache || origin_of(&origin, files, count) != SIFT_OK || !pack_path(kept, &origin)) {
    return sift_rules_load(out, path, problems);
  }
  enum sift_status status = restore(out, &origin, kept);
  if (status == SIFT_OK) {
    return status;
  }
  status = sift_rules_load(out, NULL, problems); /* if memory was out, it may do for that */
  if (status == SIFT_OK) {
    keep_pack(*out, &origin, kept);
  }
  return status;
}
