// Generated from the migrations by `deno task types`; not edited by hand.
// Guard triggers, and SHA-256 of their definitions and of the functions they call: what the database says of itself
// is held against this.

export interface Guard {
  readonly table: string;
  readonly trigger: string;
  readonly must_be: "always" | "enabled";
  readonly definition: string;
  readonly function: string;
  readonly body: string;
}

export const GUARDS: readonly Guard[] = [
  {
    table: "audit.event_log",
    trigger: "_100_protect_events",
    must_be: "always",
    definition: "2416784a46120917e185173f15b6761f823d5cca555e4adb3cda2d7cb5b9dd81",
    function: "audit.protect_events",
    body: "1762bccb0ab3b21b3edee8b919e6712b7c3199609ca26268b4813dadb62aaa7f",
  },
  {
    table: "audit.event_log",
    trigger: "_100_protect_events_truncate",
    must_be: "always",
    definition: "c79f5b70e41266abf7f970597da530c8c77ec9e9d88c1a4c527b4e5eb6124186",
    function: "audit.protect_events",
    body: "1762bccb0ab3b21b3edee8b919e6712b7c3199609ca26268b4813dadb62aaa7f",
  },
  {
    table: "evidence.files",
    trigger: "_100_protect_files",
    must_be: "always",
    definition: "984130b76d24de4359c13e203febcd675869c3e54131584e5629c4db36360032",
    function: "evidence.protect_records",
    body: "a2d1651261983d8de142eb4f1a6626c8e0d47ecee401a385d9367dd28ccf63d5",
  },
  {
    table: "evidence.files",
    trigger: "_100_protect_files_truncate",
    must_be: "always",
    definition: "e6769e226eefaaa027be0c543b09dbd5b2e2b47c2491489267bd4aee8aa63fe3",
    function: "evidence.protect_records",
    body: "a2d1651261983d8de142eb4f1a6626c8e0d47ecee401a385d9367dd28ccf63d5",
  },
  {
    table: "evidence.files",
    trigger: "_500_note_registration",
    must_be: "always",
    definition: "913fd1529acf0a27bf1c55f78a0f201cdeb7ddd1def6af92782dfe181e4f5e80",
    function: "evidence.note_registration",
    body: "b6f352ec320eaa5790be490405edf6377da2e532c7bb866f170a8e924b829812",
  },
  {
    table: "evidence.retirements",
    trigger: "_100_guard_retirement",
    must_be: "always",
    definition: "e5aa15cb1885362bb8af4e3d96becc300cba3b7490ba496a40a7730b6f997c23",
    function: "evidence.guard_retirement",
    body: "4d8d3564275a4bed3478ac98cd2f3acdb017cfb3baf364329465066eef4dc65f",
  },
  {
    table: "evidence.retirements",
    trigger: "_100_protect_retirements",
    must_be: "always",
    definition: "d08d678826368a26d29305aa9f786e08168a6869ca897ac23e3e942f65a0f985",
    function: "evidence.protect_records",
    body: "a2d1651261983d8de142eb4f1a6626c8e0d47ecee401a385d9367dd28ccf63d5",
  },
  {
    table: "evidence.retirements",
    trigger: "_100_protect_retirements_truncate",
    must_be: "always",
    definition: "dc7b397f1a9a5cd4fa5cc272bcc302825325a899b09c85a3161b48514c686137",
    function: "evidence.protect_records",
    body: "a2d1651261983d8de142eb4f1a6626c8e0d47ecee401a385d9367dd28ccf63d5",
  },
  {
    table: "evidence.retirements",
    trigger: "_500_note_retirement",
    must_be: "always",
    definition: "7c66f43b2be3889234d501fe1c9cc6f176d6aec4715e3e8b6d607a4d6828e0be",
    function: "evidence.note_retirement",
    body: "6a3fcce0277638473594be6d54cc523bd6cd9a249779214fb0f6edfec8169664",
  },
  {
    table: "intake.batch_slices",
    trigger: "_200_clear_lease",
    must_be: "always",
    definition: "1f4417d65f4c5a838210be4c6525ae71d1f43b0b46f13f0ae22a1e922c1035fc",
    function: "ops.clear_lease",
    body: "fb992667c26464a722ab2c2b3c9d5a36b480a81874cf5c2fcf4a82970de28aae",
  },
  {
    table: "intake.simplicity_batches",
    trigger: "_100_forget_object",
    must_be: "always",
    definition: "ea5f4cd689dd7148dff608235cadd4170db02d463ce4417fc485f7568f4010ac",
    function: "intake.forget_object",
    body: "cafab75a0650d98b93e94aeb8c2533f5cc860dbdaee142196cd3dc317b029d09",
  },
  {
    table: "intake.simplicity_batches",
    trigger: "_100_guard_batch_status",
    must_be: "always",
    definition: "de4d6d72434b9e97df80d90d5af9a1c6ae6e66d188016a8996c2aebcc4a1377e",
    function: "intake.guard_batch_status",
    body: "2e4c55de31c1526c0e66e1e2e2b7d983af3c378315d983c30b92d64308c92c61",
  },
  {
    table: "intake.simplicity_batches",
    trigger: "_100_guard_new_batch",
    must_be: "always",
    definition: "4e5b64066d565d08512d8ac346edb369af0e17cc40231f77b454f3f8e1925947",
    function: "intake.guard_new_batch",
    body: "52e16779f9f073e7388ddc16e14f0256bf9757ecc92eb1d3a13583a69e239808",
  },
  {
    table: "intake.simplicity_batches",
    trigger: "_500_follow_batch_status",
    must_be: "always",
    definition: "38b39d5d80d9e530d96d5d547d03f26c6c29b71bbdeb656ade12344c710446d0",
    function: "intake.follow_batch_status",
    body: "bddbf059e05c6dd7212bd998a2335501582d879ab3abb8d3eeb93229a625ffad",
  },
  {
    table: "intake.simplicity_batches",
    trigger: "_500_note_rewritten_counts",
    must_be: "always",
    definition: "146d225de58ab77346ccfc8fb76759ccbc92cbb964bb0c6352fb5d56e7c3b9c1",
    function: "audit.note_rewritten_counts",
    body: "7456df5bcf02ec7fd408c3fde39ecc61e0e8500d0dbc921971df616b8d1f005c",
  },
  {
    table: "intake.simplicity_batches",
    trigger: "_500_queue_new_batch",
    must_be: "always",
    definition: "cabfc1b962f062c4eb8df1405f58fbed25e0a8d0248432e8fb36b17abff9186b",
    function: "intake.queue_new_batch",
    body: "38bed3dd6210be2b3ca8d4a56466c47d85a7adbc3733ea784b7e73f83937f6ab",
  },
  {
    table: "ops.job_queue",
    trigger: "_100_guard_job_status",
    must_be: "always",
    definition: "89cd875fc855b4d34ebc363789bc68fac261ab0b644c51bc6ea32f4dfd298636",
    function: "ops.guard_job_status",
    body: "d88ac80fa93df21b42608eb60d5a496a11e6f70ec646cefaae5c41ffdefbbdd2",
  },
  {
    table: "ops.job_queue",
    trigger: "_200_clear_lease",
    must_be: "always",
    definition: "4b3a5486e3345c242767bdd33a1d12a7dfa078ed6efc415953557dc5ffd8bf89",
    function: "ops.clear_lease",
    body: "fb992667c26464a722ab2c2b3c9d5a36b480a81874cf5c2fcf4a82970de28aae",
  },
  {
    table: "ops.job_queue",
    trigger: "_500_follow_job_status",
    must_be: "always",
    definition: "1fe11f48b115a1b878613b1613fa28785f5391feb87779f7fe051f0a89e0da63",
    function: "intake.follow_job_status",
    body: "9e189d48b5a78feae4f80b850193f3add5ddc25ae4f7ef55646e148f221cee97",
  },
  {
    table: "public.judgments",
    trigger: "_500_note_delete",
    must_be: "always",
    definition: "c0cbb831f797cac77dd31145a2c777732c16a287798992b33f3c70928b73c1ca",
    function: "audit.note_rewritten_rows",
    body: "3e8546e8b660983dc8539a2d33e5dcfd80298aa24e1f21f142bdfd39b764639c",
  },
  {
    table: "public.judgments",
    trigger: "_500_note_insert",
    must_be: "always",
    definition: "63bf8d9cbebb43dfe601b2dbdaeeb3cde7dcc62bf17e4fe61bb6acbc80435f86",
    function: "audit.note_rewritten_rows",
    body: "3e8546e8b660983dc8539a2d33e5dcfd80298aa24e1f21f142bdfd39b764639c",
  },
  {
    table: "public.judgments",
    trigger: "_500_note_truncate",
    must_be: "always",
    definition: "04ff77a50308a2500b1259c1bb12ec8499bdce3ec8903241e9dc3a7c67091c82",
    function: "audit.note_rewritten_rows",
    body: "3e8546e8b660983dc8539a2d33e5dcfd80298aa24e1f21f142bdfd39b764639c",
  },
  {
    table: "public.judgments",
    trigger: "_500_note_update",
    must_be: "always",
    definition: "4f5ce4b1b612a292d48876aa10ab9d4b6ad489fc61c0615b4a95b86032be1155",
    function: "audit.note_rewritten_rows",
    body: "3e8546e8b660983dc8539a2d33e5dcfd80298aa24e1f21f142bdfd39b764639c",
  },
  {
    table: "public.judgments",
    trigger: "_600_note_touched_batch",
    must_be: "always",
    definition: "e4e4257971dc14ff83d7af7615a857994d971d10c0a705896b97badc6c002bd2",
    function: "intake.note_touched_batch",
    body: "17a1b6e69ad06411936718671f0f7db1c584491079615bd5b06e384f82301bca",
  },
  {
    table: "public.judgments",
    trigger: "_610_recount_all_batches",
    must_be: "always",
    definition: "142be92a3af66683842b392334fdd5eab310ba9a6ab31a3c8e3e1d0ef19f471f",
    function: "intake.recount_touched_batches",
    body: "f68b4647cd254ddf39118ebf07e60e13e10e1f3e2cc018529f18f6a2d29d24ad",
  },
  {
    table: "public.judgments",
    trigger: "_610_recount_batches",
    must_be: "always",
    definition: "7b26a90f9611e86cc92c05d640eefa7c7c9edc0c16f4b320c1112b149a0a0340",
    function: "intake.recount_touched_batches",
    body: "f68b4647cd254ddf39118ebf07e60e13e10e1f3e2cc018529f18f6a2d29d24ad",
  },
  {
    table: "storage.objects",
    trigger: "dragonfly_on_object_stored",
    must_be: "enabled",
    definition: "3c3192f582e38d046d25ae76168eeac8b65d9e94baceb19fe705de4208f05486",
    function: "intake.on_object_stored",
    body: "52c32a30e28d419d47539ab919a84c55ada3400865df2701b5e455b0d8dbc3c2",
  },
  {
    table: "storage.objects",
    trigger: "dragonfly_protect_evidence",
    must_be: "enabled",
    definition: "579b554a1f8e506cabe77480273c74015d1f7ad12d0f8db057da4230e8489ecc",
    function: "evidence.protect_object",
    body: "e8fa2951834e7dcbf679fa2d74d66921d1a760f183ac04abc836885305838e21",
  },
];

/** Functions the record and its guards stand on; overloads are one text. */
export const GUARD_FUNCTIONS: Readonly<Record<string, string>> = {
  "audit.append":
    "4a6fae3407461e46ae2d2f013bdf49521fa2c8443a5907de4bd8373c1a9649b7",
  "audit.event_hash":
    "4ba564574e9f8dd0e6a5c65f11a435d55d8e687d6937ca4f9f47a501b306d7bb",
  "audit.frames":
    "3dc1a515284e86c0565da7ac66c13aa58fcc6a881393cddf5688c9370c7a0af4",
  "audit.head":
    "4ac6ead2f872a7970f20838fc344339729842265e36fe7e35aa2a8863a226926",
  "audit.is_by_hand":
    "416b7048ce2b4b0e3bffdf08f81570baa2ac438a7ec021fef5ba41ad246aee05",
  "audit.keep_position":
    "6cb8853262c12d0466dcd6976a4db37c4d66c4f8753ef436e9e79299f93f5681",
  "audit.note_rewritten_counts":
    "7456df5bcf02ec7fd408c3fde39ecc61e0e8500d0dbc921971df616b8d1f005c",
  "audit.note_rewritten_rows":
    "3e8546e8b660983dc8539a2d33e5dcfd80298aa24e1f21f142bdfd39b764639c",
  "audit.protect_events":
    "1762bccb0ab3b21b3edee8b919e6712b7c3199609ca26268b4813dadb62aaa7f",
  "audit.seal":
    "f3615836701b8f02183c712c9bb08c358b98ada499fbcbd1a19c93f2c53a38e8",
  "audit.verify_chain":
    "5618fef4b7b7378885d200ab1441784c3c48b279690d1fb5c24e1bece49b88bd",
  "audit.verify_loose_ends":
    "b31cbdd7e589b3a8c63050b0db311bf9e050ec2b85909960d29842a1c8870d58",
  "audit.verify_slice":
    "f0fa24013f842b8f1960c0f55effe6b34d5ece64940afa97e23cd8399cb52880",
  "evidence.comes_from":
    "2e547e9167c8b74e5f4e764428df709f3415f176fd159764c7ed4d6e044305fd",
  "evidence.describe_file":
    "243f0bbdbeaee27b0c30ab8c962f8ce3bb8d0c1aeb9c753c8412041998034132",
  "evidence.guard_retirement":
    "4d8d3564275a4bed3478ac98cd2f3acdb017cfb3baf364329465066eef4dc65f",
  "evidence.note_registration":
    "b6f352ec320eaa5790be490405edf6377da2e532c7bb866f170a8e924b829812",
  "evidence.note_retirement":
    "6a3fcce0277638473594be6d54cc523bd6cd9a249779214fb0f6edfec8169664",
  "evidence.protect_object":
    "e8fa2951834e7dcbf679fa2d74d66921d1a760f183ac04abc836885305838e21",
  "evidence.protect_records":
    "a2d1651261983d8de142eb4f1a6626c8e0d47ecee401a385d9367dd28ccf63d5",
  "evidence.register":
    "89db5711ada8d788716de563ae971d2d62cb24c9c82f0b0abd478db7512c7231",
  "evidence.retire":
    "55928294e42f6e1ca5211862deadc3b8c15480b72e495774cf02b798311c1bbe",
  "evidence.set_legal_hold":
    "3995bd62029e8dbf8a9ae4bc7f2b9affab2e7c1626f16ca0e3f7357c24237490",
  "ops.act_as":
    "e79cf96ab26453e8243d253a69ca83ed950f0cd3732c58454da435afad85293a",
  "ops.actor":
    "50332bb5572420fe614980afc858b98313fb2ffa9b24a8920fe6369b805589b7",
  "ops.is_engine":
    "55f088e997b612118eabcc3b951181e1a17946b35793e0b3781b56056ce23558",
  "ops.kind_of_actor":
    "6783401f1e07990ff49c4d6e6ce7291ce9dd1a7b4a2634ba29ca7401f53f5617",
  "ops.set_door":
    "da32d6173bec9e7f03a2957b22a1cca8ad3bf3183890563c1b7159f16e7cdadb",
  "ops.vouched_actor":
    "926d17a9d7ff00729dca2a269cceb7b09072864099c73ade081eacd00fa58872",
};
