--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: leasehold_host; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA leasehold_host;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: base; Type: TABLE; Schema: leasehold_host; Owner: -
--

CREATE TABLE leasehold_host.base (
    client bytea NOT NULL,
    family text NOT NULL COLLATE pg_catalog."C",
    record bytea NOT NULL
);


--
-- Name: chain; Type: TABLE; Schema: leasehold_host; Owner: -
--

CREATE TABLE leasehold_host.chain (
    host bytea NOT NULL,
    number bigint NOT NULL,
    seal bytea NOT NULL,
    batch bigint,
    CONSTRAINT chain_host_check CHECK ((length(host) = 16)),
    CONSTRAINT chain_seal_check CHECK ((length(seal) = 32))
);


--
-- Name: client; Type: TABLE; Schema: leasehold_host; Owner: -
--

CREATE TABLE leasehold_host.client (
    client bytea NOT NULL,
    family integer NOT NULL,
    first_seen bigint NOT NULL,
    last_seen bigint NOT NULL,
    fingerprint bytea NOT NULL,
    host_name text,
    address inet,
    counts boolean DEFAULT true NOT NULL,
    requests bytea DEFAULT '\xa0'::bytea NOT NULL
);


--
-- Name: family; Type: TABLE; Schema: leasehold_host; Owner: -
--

CREATE TABLE leasehold_host.family (
    id integer NOT NULL,
    name text NOT NULL,
    clients bigint DEFAULT 0 NOT NULL,
    seen_boundary bigint DEFAULT 0 NOT NULL,
    live bigint DEFAULT 0 NOT NULL,
    live_boundary bigint DEFAULT 0 NOT NULL,
    CONSTRAINT family_clients_check CHECK ((clients >= 0)),
    CONSTRAINT family_live_check CHECK ((live >= 0))
);


--
-- Name: family_id_seq; Type: SEQUENCE; Schema: leasehold_host; Owner: -
--

ALTER TABLE leasehold_host.family ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME leasehold_host.family_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: journal; Type: TABLE; Schema: leasehold_host; Owner: -
--

CREATE TABLE leasehold_host.journal (
    batch bigint NOT NULL,
    at bigint NOT NULL,
    entries bytea NOT NULL
);


--
-- Name: journal_batch_seq; Type: SEQUENCE; Schema: leasehold_host; Owner: -
--

ALTER TABLE leasehold_host.journal ALTER COLUMN batch ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME leasehold_host.journal_batch_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: lease; Type: TABLE; Schema: leasehold_host; Owner: -
--

CREATE TABLE leasehold_host.lease (
    client bytea NOT NULL,
    family integer NOT NULL,
    product integer NOT NULL,
    lease bytea NOT NULL,
    request bytea NOT NULL,
    issued bigint NOT NULL,
    expires bigint NOT NULL,
    seal bigint NOT NULL,
    forks bigint NOT NULL,
    released bytea,
    early boolean DEFAULT false NOT NULL,
    holder bytea,
    CONSTRAINT lease_holder_check CHECK ((length(holder) = 32))
);


--
-- Name: product; Type: TABLE; Schema: leasehold_host; Owner: -
--

CREATE TABLE leasehold_host.product (
    id integer NOT NULL,
    name text NOT NULL
);


--
-- Name: product_id_seq; Type: SEQUENCE; Schema: leasehold_host; Owner: -
--

ALTER TABLE leasehold_host.product ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME leasehold_host.product_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: pruned; Type: TABLE; Schema: leasehold_host; Owner: -
--

CREATE TABLE leasehold_host.pruned (
    batch bigint NOT NULL
);


--
-- Name: schema_version; Type: TABLE; Schema: leasehold_host; Owner: -
--

CREATE TABLE leasehold_host.schema_version (
    version bigint NOT NULL
);


--
-- Name: seal; Type: TABLE; Schema: leasehold_host; Owner: -
--

CREATE TABLE leasehold_host.seal (
    host bytea NOT NULL,
    number bigint NOT NULL,
    batch bigint NOT NULL,
    at bigint NOT NULL,
    previous bytea NOT NULL,
    root bytea NOT NULL,
    seal bytea NOT NULL,
    signature bytea NOT NULL,
    leaves bytea NOT NULL,
    kind integer DEFAULT 0 NOT NULL,
    size bigint DEFAULT 0 NOT NULL,
    CONSTRAINT seal_previous_check CHECK ((length(previous) = 32)),
    CONSTRAINT seal_root_check CHECK ((length(root) = 32)),
    CONSTRAINT seal_seal_check CHECK ((length(seal) = 32)),
    CONSTRAINT seal_signature_check CHECK ((length(signature) = 64))
);


--
-- Name: signer; Type: TABLE; Schema: leasehold_host; Owner: -
--

CREATE TABLE leasehold_host.signer (
    host bytea NOT NULL,
    key bytea NOT NULL,
    CONSTRAINT signer_host_check CHECK ((length(host) = 16)),
    CONSTRAINT signer_key_check CHECK ((length(key) = 32))
);


--
-- Data for Name: base; Type: TABLE DATA; Schema: leasehold_host; Owner: -
--



--
-- Data for Name: chain; Type: TABLE DATA; Schema: leasehold_host; Owner: -
--

INSERT INTO leasehold_host.chain VALUES ('\x27c7d67e22d3c154aee2a9662d5a67f5', 12, '\xe9a156e7c803114bf122c292b72b6e829af506558d99a4cdcbcf76b6d2192ce4', 12);


--
-- Data for Name: client; Type: TABLE DATA; Schema: leasehold_host; Owner: -
--

INSERT INTO leasehold_host.client VALUES ('\x0196d5a09e46bd738ff78773540f1b3f', 1, 1796023054, 1796023055, '\x079981ba5650cd3905e5cadff2c008e70821a87b5bc46e8b7d', 'machine-3', '127.0.0.1', true, '\xa16861636d652d6361641a6b0d230f');
INSERT INTO leasehold_host.client VALUES ('\x093ab84a522038eb2c92fb2fdd08f75c', 1, 1796023055, 1796023055, '\x07f15a1203655c653b0813f30278dbd1c68b7b2f462913acd7', 'machine-8', '127.0.0.1', true, '\xa16861636d652d6361641a6b0d230f');
INSERT INTO leasehold_host.client VALUES ('\x0ef0bc5218d982a829e49dca41164288', 1, 1796023054, 1796023055, '\x0703e39ce9c431b8b20b4a33cb57fdb45ba64544657f263897', 'machine-4', '127.0.0.1', true, '\xa16861636d652d6361641a6b0d230f');
INSERT INTO leasehold_host.client VALUES ('\x4ec44dc5b5e8c38945403e06a94f96d7', 1, 1796023054, 1796023054, '\x0765b86cc4b332864f9c2eb2f686ea5a1ed2c7bba288aade2e', 'machine-5', '127.0.0.1', true, '\xa16861636d652d6361641a6b0d230e');
INSERT INTO leasehold_host.client VALUES ('\x5cab16edce11a98a0fc69ac13a7c4ece', 1, 1796023054, 1796023055, '\x070cde2c6c4efd45a2972bf328a067ab0ba5d7cf9756fcf3df', 'machine-1', '127.0.0.1', true, '\xa16861636d652d6361641a6b0d230f');
INSERT INTO leasehold_host.client VALUES ('\x7c281e4f461c52867ef8c0c74fff8633', 1, 1796023055, 1796023055, '\x077c6d40461f80eb95f1505a9c6577bc71eab8b70635207744', 'machine-6', '127.0.0.1', true, '\xa16861636d652d6361641a6b0d230f');
INSERT INTO leasehold_host.client VALUES ('\xa01d58c499aeefca0d037a6f50c445f5', 1, 1796023054, 1796023055, '\x07226e0c3ed4c141857146590b882bea699bca1285ec1b2e43', 'machine-2', '127.0.0.1', true, '\xa16861636d652d6361641a6b0d230f');
INSERT INTO leasehold_host.client VALUES ('\xc4098bef3c04bcb29191f969aac3342a', 1, 1796023055, 1796023055, '\x07033979164d80fd2fd339cfc8f106483e23b98f4158482499', 'machine-7', '127.0.0.1', true, '\xa16861636d652d6361641a6b0d230f');


--
-- Data for Name: family; Type: TABLE DATA; Schema: leasehold_host; Owner: -
--

INSERT INTO leasehold_host.family OVERRIDING SYSTEM VALUE VALUES (1, 'acme', 8, 1793431055, 8, 1796023055);


--
-- Data for Name: journal; Type: TABLE DATA; Schema: leasehold_host; Owner: -
--

INSERT INTO leasehold_host.journal OVERRIDING SYSTEM VALUE VALUES (1, 1796023054, '\x84816461636d65816861636d652d6361648081850000505cab16edce11a98a0fc69ac13a7c4ece018c50e8f8e5fbbb4338131f280754991348291a6b0d230e5819070cde2c6c4efd45a2972bf328a067ab0ba5d7cf9756fcf3df696d616368696e652d31447f000001f5010105191c20504efa2883856781cdc8ba136e121a0ef5191c2059b8ce708b4f8bab');
INSERT INTO leasehold_host.journal OVERRIDING SYSTEM VALUE VALUES (2, 1796023054, '\x84816461636d65816861636d652d636164808185000050a01d58c499aeefca0d037a6f50c445f5018c5075caf09d606bf599a2550e11646dbd0a1a6b0d230e581907226e0c3ed4c141857146590b882bea699bca1285ec1b2e43696d616368696e652d32447f000001f5010205191c20504f7f0198a35ffdb17f74c0d1acd58ef8191c20268e4504dafbdca2');
INSERT INTO leasehold_host.journal OVERRIDING SYSTEM VALUE VALUES (3, 1796023054, '\x84816461636d65816861636d652d6361648081850000500196d5a09e46bd738ff78773540f1b3f018c50bb63a7e371d0e7343a21d686d95113931a6b0d230e5819079981ba5650cd3905e5cadff2c008e70821a87b5bc46e8b7d696d616368696e652d33447f000001f5010305191c2050966dbf571ce42fc4b8303ea01f88d08a191c2025ef3e55ef10b918');
INSERT INTO leasehold_host.journal OVERRIDING SYSTEM VALUE VALUES (4, 1796023054, '\x84816461636d65816861636d652d6361648081850000500ef0bc5218d982a829e49dca41164288018c5064eecb0d7fa46d834d35e22b23a11d041a6b0d230e58190703e39ce9c431b8b20b4a33cb57fdb45ba64544657f263897696d616368696e652d34447f000001f5010405191c2050ff96415217151dca11e1a580715cf0ac191c208700be8bfe7862e6');
INSERT INTO leasehold_host.journal OVERRIDING SYSTEM VALUE VALUES (5, 1796023054, '\x84816461636d65816861636d652d63616481841a00093a80191c201a00278d008081850000504ec44dc5b5e8c38945403e06a94f96d7008d50a2822737643a94e528e77b3573d3f2f11a6b0d230e58190765b86cc4b332864f9c2eb2f686ea5a1ed2c7bba288aade2e696d616368696e652d35447f000001500f422f4a5ad7daf56d4b9a8803e04de21a6bfa710e0505f400f500f7d3f60915173827');
INSERT INTO leasehold_host.journal OVERRIDING SYSTEM VALUE VALUES (6, 1796023055, '\x84816461636d65816861636d652d63616481841a00093a80191c201a00278d008081850000507c281e4f461c52867ef8c0c74fff8633008d5050fad1c4dff699c65da5f3c6709a347b1a6b0d230f5819077c6d40461f80eb95f1505a9c6577bc71eab8b70635207744696d616368696e652d36447f00000150bb0ae509327c030fe358b8ef1707b6611a6bfa710f0606f400f500e09461c4977f1a44');
INSERT INTO leasehold_host.journal OVERRIDING SYSTEM VALUE VALUES (7, 1796023055, '\x84816461636d65816861636d652d63616481841a00093a80191c201a00278d00808185000050c4098bef3c04bcb29191f969aac3342a008d506a283fc69d6cddcb69eee10ce9b470291a6b0d230f581907033979164d80fd2fd339cfc8f106483e23b98f4158482499696d616368696e652d37447f00000150412a2ac7af43894c8917730e600b4d0e1a6bfa710f0707f400f50018e8d41a494b2288');
INSERT INTO leasehold_host.journal OVERRIDING SYSTEM VALUE VALUES (8, 1796023055, '\x84816461636d65816861636d652d63616481841a00093a80191c201a00278d00808185000050093ab84a522038eb2c92fb2fdd08f75c008d500768cb335901f7116e56bcbb89f578401a6b0d230f581907f15a1203655c653b0813f30278dbd1c68b7b2f462913acd7696d616368696e652d38447f00000150da0486a8a6492a5a1f2845c6e601564e1a6bfa710f0808f400f500d0ebd2054de52bdb');
INSERT INTO leasehold_host.journal OVERRIDING SYSTEM VALUE VALUES (9, 1796023055, '\x84816461636d65816861636d652d63616481841a00093a80191c201a00278d008081850000505cab16edce11a98a0fc69ac13a7c4ece008d506db7a5e841a33a2a4755bcd5f972954f1a6b0d230f5819070cde2c6c4efd45a2972bf328a067ab0ba5d7cf9756fcf3df696d616368696e652d31447f00000150f70d18a17a31e226bdaa736189782e601a6bfa710f0809f400f500baa45ba81d84b566');
INSERT INTO leasehold_host.journal OVERRIDING SYSTEM VALUE VALUES (10, 1796023055, '\x84816461636d65816861636d652d63616481841a00093a80191c201a00278d00808185000050a01d58c499aeefca0d037a6f50c445f5008d5078c80bb2d325050902a3fe1d67a9a6b51a6b0d230f581907226e0c3ed4c141857146590b882bea699bca1285ec1b2e43696d616368696e652d32447f00000150e625140c97baeacfa96a450bf54ad3c01a6bfa710f080af400f500be6a7100c28c8148');
INSERT INTO leasehold_host.journal OVERRIDING SYSTEM VALUE VALUES (11, 1796023055, '\x84816461636d65816861636d652d63616481841a00093a80191c201a00278d008081850000500196d5a09e46bd738ff78773540f1b3f008d50c6230e285e06b330bfa88c0971bb4df51a6b0d230f5819079981ba5650cd3905e5cadff2c008e70821a87b5bc46e8b7d696d616368696e652d33447f00000150a661298f7c392bfa9533c711152b21231a6bfa710f080bf400f5000245ebda989dcd20');
INSERT INTO leasehold_host.journal OVERRIDING SYSTEM VALUE VALUES (12, 1796023055, '\x84816461636d65816861636d652d63616481841a00093a80191c201a00278d008081850000500ef0bc5218d982a829e49dca41164288008d50c2a16717924c1d311dee9402fe3410e41a6b0d230f58190703e39ce9c431b8b20b4a33cb57fdb45ba64544657f263897696d616368696e652d34447f0000015090eac34d3589c0b0adfb09a268207b361a6bfa710f080cf400f50097a4ba209f290949');


--
-- Data for Name: lease; Type: TABLE DATA; Schema: leasehold_host; Owner: -
--

INSERT INTO leasehold_host.lease VALUES ('\x0196d5a09e46bd738ff78773540f1b3f', 1, 1, '\xa661298f7c392bfa9533c711152b2123', '\xc6230e285e06b330bfa88c0971bb4df5', 1796023055, 1811575055, 11, 0, NULL, false, NULL);
INSERT INTO leasehold_host.lease VALUES ('\x093ab84a522038eb2c92fb2fdd08f75c', 1, 1, '\xda0486a8a6492a5a1f2845c6e601564e', '\x0768cb335901f7116e56bcbb89f57840', 1796023055, 1811575055, 8, 0, NULL, false, NULL);
INSERT INTO leasehold_host.lease VALUES ('\x0ef0bc5218d982a829e49dca41164288', 1, 1, '\x90eac34d3589c0b0adfb09a268207b36', '\xc2a16717924c1d311dee9402fe3410e4', 1796023055, 1811575055, 12, 0, NULL, false, NULL);
INSERT INTO leasehold_host.lease VALUES ('\x4ec44dc5b5e8c38945403e06a94f96d7', 1, 1, '\x0f422f4a5ad7daf56d4b9a8803e04de2', '\xa2822737643a94e528e77b3573d3f2f1', 1796023054, 1811575054, 5, 0, NULL, false, NULL);
INSERT INTO leasehold_host.lease VALUES ('\x5cab16edce11a98a0fc69ac13a7c4ece', 1, 1, '\xf70d18a17a31e226bdaa736189782e60', '\x6db7a5e841a33a2a4755bcd5f972954f', 1796023055, 1811575055, 9, 0, NULL, false, NULL);
INSERT INTO leasehold_host.lease VALUES ('\x7c281e4f461c52867ef8c0c74fff8633', 1, 1, '\xbb0ae509327c030fe358b8ef1707b661', '\x50fad1c4dff699c65da5f3c6709a347b', 1796023055, 1811575055, 6, 0, NULL, false, NULL);
INSERT INTO leasehold_host.lease VALUES ('\xa01d58c499aeefca0d037a6f50c445f5', 1, 1, '\xe625140c97baeacfa96a450bf54ad3c0', '\x78c80bb2d325050902a3fe1d67a9a6b5', 1796023055, 1811575055, 10, 0, NULL, false, NULL);
INSERT INTO leasehold_host.lease VALUES ('\xc4098bef3c04bcb29191f969aac3342a', 1, 1, '\x412a2ac7af43894c8917730e600b4d0e', '\x6a283fc69d6cddcb69eee10ce9b47029', 1796023055, 1811575055, 7, 0, NULL, false, NULL);


--
-- Data for Name: product; Type: TABLE DATA; Schema: leasehold_host; Owner: -
--

INSERT INTO leasehold_host.product OVERRIDING SYSTEM VALUE VALUES (1, 'acme-cad');


--
-- Data for Name: pruned; Type: TABLE DATA; Schema: leasehold_host; Owner: -
--

INSERT INTO leasehold_host.pruned VALUES (0);


--
-- Data for Name: schema_version; Type: TABLE DATA; Schema: leasehold_host; Owner: -
--

INSERT INTO leasehold_host.schema_version VALUES (6);


--
-- Data for Name: seal; Type: TABLE DATA; Schema: leasehold_host; Owner: -
--

INSERT INTO leasehold_host.seal VALUES ('\x27c7d67e22d3c154aee2a9662d5a67f5', 1, 1, 1796023054, '\x0000000000000000000000000000000000000000000000000000000000000000', '\x6ce86a8fc4e4348c61323c95d60d3be3076cd2a123f1bb3165ae670f6766a2cc', '\xfaae417119d1b095f0f1abf462db1827779c7f977e7475c5c1387d7c58c259b1', '\xdd9cbbf5f6d990a4012940ddec8a6e38039d44ae44ce7340cde7b44c91a9b5de432c95003ec319a5d432429de65a84c026cc7cdbfeefe98d58d232c041609603', '\x6ce86a8fc4e4348c61323c95d60d3be3076cd2a123f1bb3165ae670f6766a2cc', 1, 1);
INSERT INTO leasehold_host.seal VALUES ('\x27c7d67e22d3c154aee2a9662d5a67f5', 2, 2, 1796023054, '\xfaae417119d1b095f0f1abf462db1827779c7f977e7475c5c1387d7c58c259b1', '\xd18f65b232abe3364b1d5a9e4152d339f5faeb0183e61c4bf9239ff4f3a841e6', '\xafca10e916abade45aabd244be9bfd2066c8a96e68c667be82854aa30b982147', '\x3037cea28c9eb2caa612ed6ad0cc077054f26bfbdb8c386a7b23ea60f68c00244f175d6d092cb414938ac62b2f3edbd351ac8242a6ff09a390cff930d577f30f', '\xd18f65b232abe3364b1d5a9e4152d339f5faeb0183e61c4bf9239ff4f3a841e6', 1, 1);
INSERT INTO leasehold_host.seal VALUES ('\x27c7d67e22d3c154aee2a9662d5a67f5', 3, 3, 1796023054, '\xafca10e916abade45aabd244be9bfd2066c8a96e68c667be82854aa30b982147', '\x4b291a952a822329293366251bf3944c5bd9e13eed67bb37ffc6dbe12bdedfbb', '\x55d2bca87470a57b1b07d1419bf7d253b15168ab2d198258a0727400a518a881', '\xa92927034a61826fbd3d848b87eeaec8b8bea9d0ff951a32f7428c2d4bd362ad8b2e5254eefe85bc5581606ee9d0c99211c61da3afef76ce6217f61eb298f609', '\x4b291a952a822329293366251bf3944c5bd9e13eed67bb37ffc6dbe12bdedfbb', 1, 1);
INSERT INTO leasehold_host.seal VALUES ('\x27c7d67e22d3c154aee2a9662d5a67f5', 4, 4, 1796023054, '\x55d2bca87470a57b1b07d1419bf7d253b15168ab2d198258a0727400a518a881', '\x1c7997ef1099231d85d9ced02a2ec8d2057ab93c65325f756fff4d24002ebbf4', '\x713cef516e4808ac367b974b82054346b59461de0502f5599625947177380c7f', '\xda026b3a12cbea136101dfba0c2d34ba72ecd22c245b5eece9c4cde87fa3d58027ab1016cbc2edcbda623990431f91e2a1c96658bb25689b55dde037252e7e0d', '\x1c7997ef1099231d85d9ced02a2ec8d2057ab93c65325f756fff4d24002ebbf4', 1, 1);
INSERT INTO leasehold_host.seal VALUES ('\x27c7d67e22d3c154aee2a9662d5a67f5', 5, 5, 1796023054, '\x713cef516e4808ac367b974b82054346b59461de0502f5599625947177380c7f', '\x85863d02bffd33d55dd93734411dcd11a91bef8426d4c21988a1aa9625660321', '\xb44d6b2959ab66161e46ca72c3d70eb68c1dd9476eb0be454cd5354e99b6287b', '\x693c459be36a818d9ea154844dab4253d478108bcffa9fb9e46401d826cb95aac2a1739f179ffb1eaa7b265405d5c223c7f221ed377202c530a42f37e23e5c0c', '\x85863d02bffd33d55dd93734411dcd11a91bef8426d4c21988a1aa9625660321', 0, 1);
INSERT INTO leasehold_host.seal VALUES ('\x27c7d67e22d3c154aee2a9662d5a67f5', 6, 6, 1796023055, '\xb44d6b2959ab66161e46ca72c3d70eb68c1dd9476eb0be454cd5354e99b6287b', '\x0cf259b12082dae82bd5b01e183c80189ea024f195f775910eb537219eb259bc', '\x1d2a17ce0020dd656b8efcc51ce5c44e7e9f7254ba13862b906fb91c7126f5cd', '\x543557ccfc464fd1e9e97b8eecd8437d17fb5313b1dfded49804d147536509b2094a92b7a35b63ee063479fe52d6a6c874d2a1e65c14ffc06c04dbfa7ba20406', '\x0cf259b12082dae82bd5b01e183c80189ea024f195f775910eb537219eb259bc', 0, 1);
INSERT INTO leasehold_host.seal VALUES ('\x27c7d67e22d3c154aee2a9662d5a67f5', 7, 7, 1796023055, '\x1d2a17ce0020dd656b8efcc51ce5c44e7e9f7254ba13862b906fb91c7126f5cd', '\xa84fc765c3e7953da81d988d50339d844d2485bc50bc9882e7321d6e75a072fb', '\x38eb8aa0c8b8a118e49457501d034d0587ad75cd2ca8bf8daf4a61bf8e733e53', '\xac24006f177141a41f784c453da16407a033e3b563586b1da2eb60754a10fa103d7b474bc4278a06b71def1fe96cc418e73460218dc88cd45efc336aa241e600', '\xa84fc765c3e7953da81d988d50339d844d2485bc50bc9882e7321d6e75a072fb', 0, 1);
INSERT INTO leasehold_host.seal VALUES ('\x27c7d67e22d3c154aee2a9662d5a67f5', 8, 8, 1796023055, '\x38eb8aa0c8b8a118e49457501d034d0587ad75cd2ca8bf8daf4a61bf8e733e53', '\x5977ef4391a31dd1caa1478db00ac6ad9621ae0074b2684910e82f31264da8dc', '\x14a4751d2125dfe24f301311afde84ad8a756141af8d2cbf3895a5965b7eecbb', '\xdfe32cdd7d0dd987ffd9710e0552454e356de1e1bb59b7ce54ccea62def136046cdab7c57f20b7049a9fb7416d1becb20942e17e81cde33a22504b286a95740b', '\x5977ef4391a31dd1caa1478db00ac6ad9621ae0074b2684910e82f31264da8dc', 0, 1);
INSERT INTO leasehold_host.seal VALUES ('\x27c7d67e22d3c154aee2a9662d5a67f5', 9, 9, 1796023055, '\x14a4751d2125dfe24f301311afde84ad8a756141af8d2cbf3895a5965b7eecbb', '\x4aa9c2fbcbd55ad4e79d876d4fff40d3eebf89b1040a08854eb194ae235a232a', '\x6dcf3fc6733b0466e057a9159bccc1c68fd671b330a531a998a2e96b72f9a361', '\xc6f20a2af30ad284372384eebed618dade4b8a3d7dbe394329dab211e49e6d40c883858b7fa70f4e678a5c5396d94b6805d6391b386e822b1254f4751269700d', '\x4aa9c2fbcbd55ad4e79d876d4fff40d3eebf89b1040a08854eb194ae235a232a', 0, 1);
INSERT INTO leasehold_host.seal VALUES ('\x27c7d67e22d3c154aee2a9662d5a67f5', 10, 10, 1796023055, '\x6dcf3fc6733b0466e057a9159bccc1c68fd671b330a531a998a2e96b72f9a361', '\x4a0c444720997b610758158809bc63f4570281e78e9a65585d96c725ffbb0500', '\x3bf684a8050068aee6aee8e635e43c38437a902ff791c5f090e5bd23f12cefe0', '\x508951be1b88f8af598a76826e55707e4f8f0970f8dd3440d1ad2164de785ba64bbf86fbe84c48e3a8c3ab8a3cde975579b42c2849c38ad452aa63ce5279bb03', '\x4a0c444720997b610758158809bc63f4570281e78e9a65585d96c725ffbb0500', 0, 1);
INSERT INTO leasehold_host.seal VALUES ('\x27c7d67e22d3c154aee2a9662d5a67f5', 11, 11, 1796023055, '\x3bf684a8050068aee6aee8e635e43c38437a902ff791c5f090e5bd23f12cefe0', '\xc81f3ac939e876affc2b864b1be28c789bf9b009ce2f648e901a438249ccfa03', '\xc5950d4d7436d08cd4c3c31034e05b87d650f63e836c70d3ce848d1c68e40988', '\x87293cc8b4dab4708cf2b8ab3eb46125e9e9b575632f1b38643367acae81f3958ed668be47494549afc942ac853f2c0324d2021ab4cbc75e9901eea8fc0d570c', '\xc81f3ac939e876affc2b864b1be28c789bf9b009ce2f648e901a438249ccfa03', 0, 1);
INSERT INTO leasehold_host.seal VALUES ('\x27c7d67e22d3c154aee2a9662d5a67f5', 12, 12, 1796023055, '\xc5950d4d7436d08cd4c3c31034e05b87d650f63e836c70d3ce848d1c68e40988', '\xb3590b22a2e2db10a030d7eb2cd8c4d2747f367aa1d53e3ec10ca55318d3f6fa', '\xe9a156e7c803114bf122c292b72b6e829af506558d99a4cdcbcf76b6d2192ce4', '\xbef65906e0e768a636fb9455b8c3a92806580161a8e9c5fcd414da9f08f579e31c84088ac5f0e66271032ef1de977971ea29b833224b6cc22ab3fe9690254502', '\xb3590b22a2e2db10a030d7eb2cd8c4d2747f367aa1d53e3ec10ca55318d3f6fa', 0, 1);


--
-- Data for Name: signer; Type: TABLE DATA; Schema: leasehold_host; Owner: -
--

INSERT INTO leasehold_host.signer VALUES ('\x27c7d67e22d3c154aee2a9662d5a67f5', '\xc402430c9744b5e23deea7457c76e4e958c0f5ae6dd3a0c2889bb0c8e1866a6a');


--
-- Name: family_id_seq; Type: SEQUENCE SET; Schema: leasehold_host; Owner: -
--

SELECT pg_catalog.setval('leasehold_host.family_id_seq', 1, true);


--
-- Name: journal_batch_seq; Type: SEQUENCE SET; Schema: leasehold_host; Owner: -
--

SELECT pg_catalog.setval('leasehold_host.journal_batch_seq', 12, true);


--
-- Name: product_id_seq; Type: SEQUENCE SET; Schema: leasehold_host; Owner: -
--

SELECT pg_catalog.setval('leasehold_host.product_id_seq', 1, true);


--
-- Name: base base_pkey; Type: CONSTRAINT; Schema: leasehold_host; Owner: -
--

ALTER TABLE ONLY leasehold_host.base
    ADD CONSTRAINT base_pkey PRIMARY KEY (client, family);


--
-- Name: chain chain_pkey; Type: CONSTRAINT; Schema: leasehold_host; Owner: -
--

ALTER TABLE ONLY leasehold_host.chain
    ADD CONSTRAINT chain_pkey PRIMARY KEY (host);


--
-- Name: client client_pkey; Type: CONSTRAINT; Schema: leasehold_host; Owner: -
--

ALTER TABLE ONLY leasehold_host.client
    ADD CONSTRAINT client_pkey PRIMARY KEY (client, family);


--
-- Name: family family_name_key; Type: CONSTRAINT; Schema: leasehold_host; Owner: -
--

ALTER TABLE ONLY leasehold_host.family
    ADD CONSTRAINT family_name_key UNIQUE (name);


--
-- Name: family family_pkey; Type: CONSTRAINT; Schema: leasehold_host; Owner: -
--

ALTER TABLE ONLY leasehold_host.family
    ADD CONSTRAINT family_pkey PRIMARY KEY (id);


--
-- Name: journal journal_pkey; Type: CONSTRAINT; Schema: leasehold_host; Owner: -
--

ALTER TABLE ONLY leasehold_host.journal
    ADD CONSTRAINT journal_pkey PRIMARY KEY (batch);


--
-- Name: lease lease_pkey; Type: CONSTRAINT; Schema: leasehold_host; Owner: -
--

ALTER TABLE ONLY leasehold_host.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (client, family, product);


--
-- Name: product product_name_key; Type: CONSTRAINT; Schema: leasehold_host; Owner: -
--

ALTER TABLE ONLY leasehold_host.product
    ADD CONSTRAINT product_name_key UNIQUE (name);


--
-- Name: product product_pkey; Type: CONSTRAINT; Schema: leasehold_host; Owner: -
--

ALTER TABLE ONLY leasehold_host.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (id);


--
-- Name: seal seal_pkey; Type: CONSTRAINT; Schema: leasehold_host; Owner: -
--

ALTER TABLE ONLY leasehold_host.seal
    ADD CONSTRAINT seal_pkey PRIMARY KEY (host, number);


--
-- Name: signer signer_pkey; Type: CONSTRAINT; Schema: leasehold_host; Owner: -
--

ALTER TABLE ONLY leasehold_host.signer
    ADD CONSTRAINT signer_pkey PRIMARY KEY (host);


--
-- Name: client_counts; Type: INDEX; Schema: leasehold_host; Owner: -
--

CREATE INDEX client_counts ON leasehold_host.client USING btree (family, fingerprint) WHERE counts;


--
-- Name: client_seen; Type: INDEX; Schema: leasehold_host; Owner: -
--

CREATE INDEX client_seen ON leasehold_host.client USING btree (family, last_seen);


--
-- Name: lease_ends; Type: INDEX; Schema: leasehold_host; Owner: -
--

CREATE INDEX lease_ends ON leasehold_host.lease USING btree (family, expires) WHERE (NOT early);


--
-- Name: lease_holder; Type: INDEX; Schema: leasehold_host; Owner: -
--

CREATE INDEX lease_holder ON leasehold_host.lease USING btree (holder, expires) WHERE ((holder IS NOT NULL) AND (NOT early));


--
-- Name: seal_batch; Type: INDEX; Schema: leasehold_host; Owner: -
--

CREATE INDEX seal_batch ON leasehold_host.seal USING btree (batch);


--
-- Name: chain chain_batch_fkey; Type: FK CONSTRAINT; Schema: leasehold_host; Owner: -
--

ALTER TABLE ONLY leasehold_host.chain
    ADD CONSTRAINT chain_batch_fkey FOREIGN KEY (batch) REFERENCES leasehold_host.journal(batch);


--
-- Name: seal seal_batch_fkey; Type: FK CONSTRAINT; Schema: leasehold_host; Owner: -
--

ALTER TABLE ONLY leasehold_host.seal
    ADD CONSTRAINT seal_batch_fkey FOREIGN KEY (batch) REFERENCES leasehold_host.journal(batch);


--
-- PostgreSQL database dump complete
--


