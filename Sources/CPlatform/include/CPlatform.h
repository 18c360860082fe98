// The C closet of the house: what Swift cannot reach by `import Glibc`, as functions that return a value or -errno, so that
// nobody reads errno after another call has changed it. One header per subject; CDisk.h belongs to the disk.

#ifndef CPLATFORM_H
#define CPLATFORM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "CCrypto.h"
#include "CDisk.h"
#include "CGzip.h"
#include "CLoop.h"
#include "CSocket.h"
#include "CThread.h"

#endif
