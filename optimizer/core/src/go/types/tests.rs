//! Descriptors as Go writes them.

use super::*;

const BASE: u64 = 0x1000;

/// Memory from [`BASE`] on, filled at addresses.
struct Memory(Vec<u8>);

impl Memory {
    fn put(&mut self, address: u64, bytes: &[u8]) {
        let at = (address - BASE) as usize;
        self.0.resize(self.0.len().max(at + bytes.len()), 0);
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn header(&mut self, address: u64, kind: u8, flags: u8, name: u32, pointers: u64) {
        self.put(address, &16u64.to_le_bytes());
        self.put(address + 8, &pointers.to_le_bytes());
        self.put(address + 20, &[flags, 8, 8, kind]);
        self.put(address + 32, &(BASE + 0x300).to_le_bytes());
        self.put(address + 40, &name.to_le_bytes());
        self.put(address + 44, &[0; 4]);
    }

    fn reader(&self, minor: u16) -> Types<'_> {
        Types {
            memory: Bytes::new(BASE, &self.0),
            layout: Layout::of_minor(minor).expect("has a row"),
            base: BASE,
            end: BASE + 0x400,
            text: 0,
        }
    }
}

/// `type T struct { f *T }` of the package a/b, with the method M.
fn named_struct() -> Memory {
    let mut memory = Memory(vec![0; 0x400]);
    memory.put(BASE + 0x200, b"\x01\x04*b.T\0\x03a/b\x00\x01f\x01\x01M");
    let t = BASE + 8;
    memory.header(t, 25, FLAG_UNCOMMON | FLAG_EXTRA_STAR, 0x200, 8);
    let words = [BASE + 0x206, BASE + 0x100, 1, 1];
    for (n, word) in (0u64..).zip(words) {
        memory.put(t + HEADER + 8 * n, &word.to_le_bytes());
    }
    // Uncommon type: path, one method, 16 bytes on.
    let uncommon = t + HEADER + 32;
    memory.put(uncommon, &0x206u32.to_le_bytes());
    memory.put(uncommon + 4, &[1, 0, 1, 0]);
    memory.put(uncommon + 8, &16u32.to_le_bytes());
    let method = uncommon + 16;
    for (n, word) in (0u64..).zip([0x20e_u32, 0, 0x1005, 0x1005]) {
        memory.put(method + 4 * n, &word.to_le_bytes());
    }
    for (n, word) in (0u64..).zip([BASE + 0x20b, BASE + 0x180, 0]) {
        memory.put(BASE + 0x100 + 8 * n, &word.to_le_bytes());
    }
    memory
}

fn functions(ty: &Type) -> Vec<(&str, u32)> {
    ty.method_functions().collect()
}

#[test]
fn a_struct_with_a_field_and_a_method() {
    let memory = named_struct();
    let ty = memory.reader(26).read(BASE + 8).expect("a descriptor");
    assert_eq!((ty.name.as_str(), ty.kind), ("b.T", Kind::Struct));
    assert_eq!(ty.package.as_deref(), Some("a/b"));
    assert_eq!(ty.links, [(Link::Field("f".to_owned()), BASE + 0x180)]);
    assert_eq!(functions(&ty), [("M", 0x1005)]);
    assert_eq!(ty.bitmap, Some((BASE + 0x300, 1)));
    let covered: u64 = ty.ranges.iter().map(|(_, len)| len).sum();
    assert_eq!(covered, HEADER + 32 + UNCOMMON + FIELD + METHOD);
    assert!(ty.names.contains(&(BASE + 0x200, 6)), "{:?}", ty.names);
}

#[test]
fn a_name_that_runs_over_others_is_that_of_no_type() {
    let mut memory = named_struct();
    memory.put(BASE + 8 + 40, &0x280u32.to_le_bytes());
    let mut is_read = |name: &[u8]| {
        memory.put(BASE + 0x280, &[0x01, name.len() as u8]);
        memory.put(BASE + 0x282, name);
        memory.reader(26).read(BASE + 8).is_some()
    };
    assert!(is_read(b"*struct { f *b.T \"\\n\" }"));
    assert!(!is_read(b"*arg\0\x03add"));
}

#[test]
fn up_to_1_24_a_method_is_named_by_its_pc() {
    let mut memory = named_struct();
    let method = BASE + 8 + HEADER + 32 + UNCOMMON;
    memory.put(method + 8, &0x1005_0000u32.to_le_bytes());
    memory.put(method + 12, &u32::MAX.to_le_bytes());
    let ty = memory.reader(24).read(BASE + 8).expect("a descriptor");
    assert_eq!(functions(&ty), [("M", 0x1005)]);
}

#[test]
fn what_cannot_be_a_descriptor_is_none() {
    let memory = named_struct();
    let reader = memory.reader(26);
    for address in [
        BASE,
        BASE + 4,
        BASE + 16,
        BASE + 0x200,
        BASE + 0x400,
        u64::MAX,
    ] {
        assert!(reader.read(address).is_none(), "{address:#x}");
    }
    let mut damaged = named_struct();
    damaged.put(BASE + 8 + 23, &[31]);
    assert!(damaged.reader(26).read(BASE + 8).is_none());
    let mut damaged = named_struct();
    damaged.put(BASE + 0x201, &[0xff, 0xff, 0xff]);
    assert!(damaged.reader(26).read(BASE + 8).is_none());
}

#[test]
fn no_bytes_make_the_reader_panic() {
    let memory = named_struct();
    for cut in 0..memory.0.len() {
        let reader = Types {
            memory: Bytes::new(BASE, &memory.0[..cut]),
            ..memory.reader(26)
        };
        let _ = reader.read(BASE + 8);
    }
}

#[test]
fn what_is_left_of_a_method_without_a_name_is_skipped() {
    let mut memory = named_struct();
    memory.put(BASE + 8 + HEADER + 32 + UNCOMMON, &NO_METHOD);
    let ty = memory.reader(26).read(BASE + 8).expect("a descriptor");
    assert!(ty.methods.is_empty() && ty.links.len() == 1, "{ty:?}");
}
