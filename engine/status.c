#include "engine/status.h"

const char *sift_status_text(enum sift_status status) {
  switch (status) {
  case SIFT_OK:
    return "fine";
  case SIFT_END:
    return "end of input";
  case SIFT_ENOMEM:
    return "out of memory";
  case SIFT_EIO:
    return "input/output error";
  case SIFT_EFORMAT:
    return "not in a known format";
  case SIFT_ECORRUPT:
    return "damaged";
  case SIFT_ETRUNCATED:
    return "stops before its end";
  case SIFT_ELIMIT:
    return "over a limit";
  case SIFT_EINVAL:
    return "wrong usage";
  case SIFT_ERULES:
    return "the rule set has errors";
  case SIFT_EENGINE:
    return "the pattern engine refused";
  case SIFT_EVERSION:
    return "made by another version or rule set";
  }
  return "unknown status";
}
