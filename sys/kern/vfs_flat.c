/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vfs_flat.c: names and vnodes of the flat root file system.
 *
 * The table of the disk is read once, when the root is mounted; each entry
 * becomes a vnode.  The devices follow as if they were entries of "dev".
 * A damaged entry is left out, with a message.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/dirent.h>
#include <sys/filedesc.h>
#include <sys/flatfs.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#define BLKDB		(FLATFS_BSIZE / DEV_BSIZE)
#define MAXENTRIES	4096		/* more is damage */

static const struct {
	const char	*dn_name;
	dev_t		 dn_dev;
} devnames[] = {
	{ "dev", NODEV },
	{ "dev/console", makedev(CDEV_CONS, 0) },
	{ "dev/null", makedev(CDEV_MEM, MEM_NULL) },
	{ "dev/tty", makedev(CDEV_CONS, 0) },
	{ "dev/vga", makedev(CDEV_MEM, MEM_VGA) },
	{ "dev/zero", makedev(CDEV_MEM, MEM_ZERO) },
};

static struct vnode *vnodes;		/* by place in the table */
static u_int	nvnodes;
struct vnode rootvnode = {
	.v_type = VDIR, .v_usecount = 1, .v_ino = FLATFS_ROOTINO,
	.v_mode = S_IFDIR | 0755, .v_name = "",
};

/* Read one block of the root disk. */
static int
flat_read(u_int block, void *data)
{
	struct buf bp = {
		.b_flags = B_READ | B_BUSY, .b_bcount = FLATFS_BSIZE,
		.b_data = data, .b_dev = makedev(0, WD_ROOT),
		.b_blkno = block * BLKDB,
	};

	wdstrategy(&bp);
	return (biowait(&bp));
}

static struct vnode *
flat_newvnode(const char *name, enum vtype type, mode_t mode)
{
	struct vnode *vp = &vnodes[nvnodes];
	size_t len = strlen(name) + 1;
	char *copy = malloc(len, M_VNODE, M_WAITOK);

	memcpy(copy, name, len);
	vp->v_type = type;
	vp->v_ino = FLATFS_FIRSTINO + nvnodes;
	vp->v_mode = mode;
	vp->v_dev = makedev(0, WD_ROOT);
	vp->v_name = copy;
	nvnodes++;
	return (vp);
}

/* Make a vnode of an entry, if it makes sense. */
static void
flat_entry(const struct flatfs_super *fs, const struct flatfs_entry *fe)
{
	struct vnode *vp;

	if (strnlen(fe->fe_name, FLATFS_NAMELEN) == FLATFS_NAMELEN ||
	    fe->fe_name[0] == '\0' || fe->fe_start > fs->fs_blocks ||
	    howmany((uint64_t)fe->fe_size, FLATFS_BSIZE) >
	    fs->fs_blocks - fe->fe_start ||
	    (!S_ISREG(fe->fe_mode) && !S_ISDIR(fe->fe_mode))) {
		printf("root: entry \"%.63s\" is damaged\n", fe->fe_name);
		return;
	}
	if (S_ISDIR(fe->fe_mode)) {
		flat_newvnode(fe->fe_name, VDIR, fe->fe_mode);
		return;
	}
	vp = flat_newvnode(fe->fe_name, VREG, fe->fe_mode);
	vp->v_blkno = fe->fe_start * BLKDB;
	vp->v_size = fe->fe_size;
}

static struct vnode *
flat_lookup(const char *name)
{
	u_int i;

	if (name[0] == '\0')
		return (&rootvnode);
	for (i = 0; i < nvnodes; i++)
		if (strcmp(vnodes[i].v_name, name) == 0)
			return (&vnodes[i]);
	return (NULL);
}

static void
flat_devices(void)
{
	struct vnode *vp;
	u_int i;

	for (i = 0; i < sizeof(devnames) / sizeof(devnames[0]); i++) {
		if (flat_lookup(devnames[i].dn_name) != NULL)
			continue;
		if (devnames[i].dn_dev == NODEV) {
			flat_newvnode(devnames[i].dn_name, VDIR,
			    S_IFDIR | 0755);
			continue;
		}
		vp = flat_newvnode(devnames[i].dn_name, VCHR, S_IFCHR | 0666);
		vp->v_rdev = devnames[i].dn_dev;
	}
}

/* => the superblock is at the start of data, and believable */
static bool
flat_super_check(const struct flatfs_super *fs)
{
	u_int disk = wdsize(WD_ROOT) / BLKDB;

	return (fs->fs_magic == FLATFS_MAGIC &&
	    fs->fs_version == FLATFS_VERSION && fs->fs_blocks <= disk &&
	    fs->fs_entries <= MAXENTRIES && fs->fs_dirblock < disk);
}

/*
 * Read the table of the root disk.
 *
 * => process context; ENXIO without a disk, EINVAL without a file system
 */
int
vfs_mountroot(void)
{
	const u_int perblock = FLATFS_BSIZE / sizeof(struct flatfs_entry);
	struct flatfs_entry *table;
	struct flatfs_super fs;
	u_int i;
	int error;

	if (wdsize(WD_ROOT) <= 0)
		return (ENXIO);
	table = malloc(FLATFS_BSIZE, M_TEMP, M_WAITOK);
	error = flat_read(0, table);
	if (error != 0)
		goto out;
	memcpy(&fs, table, sizeof(fs));
	if (!flat_super_check(&fs)) {
		error = EINVAL;
		goto out;
	}
	vnodes = malloc((fs.fs_entries + sizeof(devnames) /
	    sizeof(devnames[0])) * sizeof(*vnodes), M_VNODE,
	    M_WAITOK | M_ZERO);
	for (i = 0; i < fs.fs_entries && error == 0; i++) {
		if (i % perblock == 0)
			error = flat_read(fs.fs_dirblock + i / perblock,
			    table);
		if (error == 0)
			flat_entry(&fs, &table[i % perblock]);
	}
	flat_devices();
	printf("root: %u files, %u KB\n", nvnodes,
	    fs.fs_blocks * (FLATFS_BSIZE / 1024));
out:
	free(table, M_TEMP);
	return (error);
}

/*
 * Go from a name one part on: empty parts and "." mean nothing, ".." goes
 * back, and at the root nowhere.
 *
 * => name: MAXPATHLEN bytes
 */
static int
flat_append(char *name, const char *part, size_t len)
{
	size_t n = strlen(name);

	if (len == 0 || (len == 1 && part[0] == '.'))
		return (0);
	if (len == 2 && part[0] == '.' && part[1] == '.') {
		while (n > 0 && name[--n] != '/')
			continue;
		name[n] = '\0';
		return (0);
	}
	if (n + len + 2 > MAXPATHLEN)
		return (ENAMETOOLONG);
	if (n > 0)
		name[n++] = '/';
	memcpy(name + n, part, len);
	name[n + len] = '\0';
	return (0);
}

/*
 * The vnode of a path, referenced.
 *
 * => a path starts at the root, or without "/" at curproc's directory
 * => ENOTDIR: something follows a part that is a file, if only a slash
 */
int
namei(const char *path, struct vnode **vpp)
{
	struct vnode *vp = *path == '/' ? &rootvnode : curproc->p_fd->fd_cdir;
	char name[MAXPATHLEN];
	size_t len;
	int error;

	if (*path == '\0')
		return (ENOENT);
	strlcpy(name, vp->v_name, sizeof(name));
	while (*path != '\0') {
		for (len = 0; path[len] != '\0' && path[len] != '/'; len++)
			continue;
		error = flat_append(name, path, len);
		if (error != 0)
			return (error);
		vp = flat_lookup(name);
		if (vp == NULL)
			return (ENOENT);
		path += len;
		if (*path == '/' && vp->v_type != VDIR)
			return (ENOTDIR);
		while (*path == '/')
			path++;
	}
	vref(vp);
	*vpp = vp;
	return (0);
}

void
vref(struct vnode *vp)
{
	vp->v_usecount++;
}

void
vrele(struct vnode *vp)
{
	KASSERTMSG(vp->v_usecount > 0, "vnode %s", vp->v_name);
	vp->v_usecount--;
}

/* => the name in the directory, NULL if vp is not directly in it */
static const char *
flat_leaf(const struct vnode *dvp, const struct vnode *vp)
{
	size_t len = strlen(dvp->v_name);
	const char *leaf = vp->v_name;

	if (len > 0) {
		if (strncmp(leaf, dvp->v_name, len) != 0 || leaf[len] != '/')
			return (NULL);
		leaf += len + 1;
	}
	return (strchr(leaf, '/') == NULL ? leaf : NULL);
}

/*
 * Directory entries, as many as fit.
 *
 * => the offset counts places in the table
 * => EINVAL if not even the first one fits
 */
int
vn_readdir(struct vnode *dvp, struct uio *uio, u_int *place)
{
	struct dirent de;
	const char *leaf;
	int error = 0, start = uio->uio_resid;

	for (; *place < nvnodes; (*place)++) {
		leaf = flat_leaf(dvp, &vnodes[*place]);
		if (leaf == NULL)
			continue;
		memset(&de, 0, sizeof(de));
		de.d_fileno = vnodes[*place].v_ino;
		de.d_type = vnodes[*place].v_type == VDIR ? DT_DIR :
		    vnodes[*place].v_type == VREG ? DT_REG : DT_CHR;
		de.d_namlen = strlcpy(de.d_name, leaf, sizeof(de.d_name));
		de.d_reclen = DIRENT_SIZE(de.d_namlen);
		if (de.d_reclen > uio->uio_resid) {
			if (uio->uio_resid == start)
				error = EINVAL;
			break;
		}
		error = uiomove(&de, de.d_reclen, uio);
		if (error != 0)
			break;
	}
	return (error);
}
