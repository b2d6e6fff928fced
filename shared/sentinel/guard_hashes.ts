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
    table: "audit.exported_heads",
    trigger: "_100_protect_heads",
    must_be: "always",
    definition: "f4db771e11f33f199a6b5762cf17bc18888d3cdd33348344cd46cda2b892efe3",
    function: "audit.protect_heads",
    body: "5df1709b799749b9425a33823bb4924580740634b8a0e871e2c79e44717c6ceb",
  },
  {
    table: "audit.exported_heads",
    trigger: "_100_protect_heads_truncate",
    must_be: "always",
    definition: "20001bc959aa7d2022efae28925fadcba1a7eead7b87bf5277907469aa9a3d3d",
    function: "audit.protect_heads",
    body: "5df1709b799749b9425a33823bb4924580740634b8a0e871e2c79e44717c6ceb",
  },
  {
    table: "enforcement.actions",
    trigger: "_100_guard_action",
    must_be: "always",
    definition: "9b363af8e076c4533cd2394940ea2b2f214a46ca6bbc07f193c620580c78016a",
    function: "enforcement.guard_action",
    body: "cf5232004468bea0078d587a50f36b690dd44794306d0d2b499cc25e8325ca39",
  },
  {
    table: "enforcement.actions",
    trigger: "_100_guard_actions",
    must_be: "always",
    definition: "1c08fc8591733089c8c2480e6de54546863ab50bff4ba11fafb5de09d58b2113",
    function: "enforcement.guard_action",
    body: "cf5232004468bea0078d587a50f36b690dd44794306d0d2b499cc25e8325ca39",
  },
  {
    table: "enforcement.actions",
    trigger: "_100_guard_new_action",
    must_be: "always",
    definition: "efab1740c940d9e26966766ec4082f7bd91ef1b72ffe91411cfa13e48fe6dfe7",
    function: "enforcement.guard_new_action",
    body: "ba6de60e99576bf563a8f6de0eebb986bd49da8fa1864cff20cf479c535629ba",
  },
  {
    table: "enforcement.actions",
    trigger: "_500_note_action",
    must_be: "always",
    definition: "ae812d2f36771eb78164f17b278b5ba04150e7584271d54c1e818d1d9929f3ab",
    function: "enforcement.note_action",
    body: "7e5de9224d47489dd65811ea12014f8dedc6d328368262d949489e0c1d961426",
  },
  {
    table: "enforcement.actions",
    trigger: "_500_note_insert",
    must_be: "always",
    definition: "5104b32971ce17d503d9a546f69ff92a2cfe14918fc3503b3d4149f5a242f98d",
    function: "audit.note_rewritten_rows",
    body: "3e8546e8b660983dc8539a2d33e5dcfd80298aa24e1f21f142bdfd39b764639c",
  },
  {
    table: "enforcement.actions",
    trigger: "_500_note_update",
    must_be: "always",
    definition: "56c05ffcd013c7404f9848dce7008bfb25fe7149b539d8e3dc6ff0460683d0ed",
    function: "audit.note_rewritten_rows",
    body: "3e8546e8b660983dc8539a2d33e5dcfd80298aa24e1f21f142bdfd39b764639c",
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
    table: "intake.batch_error_counts",
    trigger: "_400_forget_days",
    must_be: "always",
    definition: "e55bd3f83436228836801f4e277cf91c06196f2f01f888e0db3edfed9791bfd8",
    function: "intake.forget_days",
    body: "e027c2b0331e25cf764fe6ca100f308a8199b6d90617706295f815e67d1d9e75",
  },
  {
    table: "intake.batch_error_counts",
    trigger: "_400_keep_error_day",
    must_be: "always",
    definition: "cc828cef5628cb62cc87af54a226c13da0585b9ac174becd451561efd97bbf8f",
    function: "intake.keep_error_day",
    body: "0f350fe6ad680fcc8330a02e5068c1198d0ebd8bc47f660bc69bd2a3b4f581dc",
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
    trigger: "_110_keep_day_of_old",
    must_be: "always",
    definition: "07817fca3ea727313db03c3f60ea02b88112c7456f237e0246454fe87d12979f",
    function: "intake.keep_day",
    body: "0183e334221aec000681bbf1282148f479740ceedbd93ba2b7363e64ab5d607b",
  },
  {
    table: "intake.simplicity_batches",
    trigger: "_400_forget_days",
    must_be: "always",
    definition: "0162dd2f81eea67a96118d881a002f6b9f8d4ef1303950a3e68f4271da609567",
    function: "intake.forget_days",
    body: "e027c2b0331e25cf764fe6ca100f308a8199b6d90617706295f815e67d1d9e75",
  },
  {
    table: "intake.simplicity_batches",
    trigger: "_400_keep_day",
    must_be: "always",
    definition: "30b5fe791640084fb991e7b7c94f6ccd1146f09b1f0e582e460e86eca6aed01a",
    function: "intake.keep_day",
    body: "0183e334221aec000681bbf1282148f479740ceedbd93ba2b7363e64ab5d607b",
  },
  {
    table: "intake.simplicity_batches",
    trigger: "_400_keep_day_of_new",
    must_be: "always",
    definition: "db4d88a7da98efebb2225725e54e2aa2a22a9bc246266c256d1ec6a7e5a9ab4e",
    function: "intake.keep_day",
    body: "0183e334221aec000681bbf1282148f479740ceedbd93ba2b7363e64ab5d607b",
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
    table: "legal.consents",
    trigger: "_100_guard_consent",
    must_be: "always",
    definition: "cf07bccc382c35f6a01ae3e8d83af20bfc652287f568b09bcea9582764411dad",
    function: "legal.guard_consent",
    body: "ed12ad9047fefdd3857678c7ee040cd1d2f6d7519b2288f05ddd6ec5dbe3257d",
  },
  {
    table: "legal.consents",
    trigger: "_100_guard_consents",
    must_be: "always",
    definition: "f50878f16f702274002cb1e6c33e49f1fb5c767cf7864037ee2a265add03cf95",
    function: "legal.guard_consent",
    body: "ed12ad9047fefdd3857678c7ee040cd1d2f6d7519b2288f05ddd6ec5dbe3257d",
  },
  {
    table: "legal.consents",
    trigger: "_100_guard_new_consent",
    must_be: "always",
    definition: "a4dd58e5266988017b0c73f6cba78b27995cfe9fb213897e4824e3c506e547b8",
    function: "legal.guard_new_consent",
    body: "19e06f4f08031b6fbff6ef296e8b79e4ea2e42776f7fe2888cb5c9acb1015b76",
  },
  {
    table: "legal.consents",
    trigger: "_400_follow_authorization",
    must_be: "always",
    definition: "62e2544e2fabc3f4470a15c4980439e3a88f1989e5cbc2f229ae175776240745",
    function: "legal.follow_authorization",
    body: "dbf54d5bde0e842af511a7d995daaa499772217f94a6752c20800ae463abdaaa",
  },
  {
    table: "legal.consents",
    trigger: "_500_note_consent",
    must_be: "always",
    definition: "a11e9757607adf47fe5d95a5846d1c86f275aee30a52236d5a7bcd40eebc4ca2",
    function: "legal.note_consent",
    body: "c57d4afd5590d9e70cebe478dac6fb9ab005fcc2e5d22d0a5a820fea36f4d546",
  },
  {
    table: "legal.consents",
    trigger: "_500_note_insert",
    must_be: "always",
    definition: "4a6e9ed0d87bb0bd91dc6285b280403e5975f7c615bcf7ea2a699d2a0259b55b",
    function: "audit.note_rewritten_rows",
    body: "3e8546e8b660983dc8539a2d33e5dcfd80298aa24e1f21f142bdfd39b764639c",
  },
  {
    table: "legal.consents",
    trigger: "_500_note_update",
    must_be: "always",
    definition: "0a21c1e43af20b79e0eb18194df855dd06fc4db2c33186659ef03f46d33d5a6c",
    function: "audit.note_rewritten_rows",
    body: "3e8546e8b660983dc8539a2d33e5dcfd80298aa24e1f21f142bdfd39b764639c",
  },
  {
    table: "legal.consents",
    trigger: "_510_follow_cure",
    must_be: "always",
    definition: "ae68dfaf49e23e90862937fa379c24bc9848dfd8e6e941b383c835ee54e9ca4d",
    function: "enforcement.follow_cure",
    body: "f29b4ccc444f260d7707fb0f8540bd6a18ee4310de80bc6967aed09cd464f91a",
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
    trigger: "_500_follow_enforcement_job",
    must_be: "always",
    definition: "3dd9d629bae3056be624e3cd301ac9cf873d711ac6d836ab8e4e9807ca652841",
    function: "enforcement.follow_job",
    body: "7ae40ae38be0f7302ca706842c7d4f0b189a8481370c06101a61fdc1bbcb5637",
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
    trigger: "_400_forget_truncated",
    must_be: "always",
    definition: "5a972b5d4088fa81d2dacbd3d2bbc0312dfdc1ed82fa7d6dc59f4610e1a63d32",
    function: "enforcement.forget_truncated",
    body: "c483192520dfb0668544d92ac91c3c18c6212229ce04cddd4fcda6b3b60bf688",
  },
  {
    table: "public.judgments",
    trigger: "_400_keep_sums_delete",
    must_be: "always",
    definition: "4f412a2c98f07ac6288a7a8e0a2d4e9313062b33372a37ef22337173fa17c8e5",
    function: "enforcement.keep_sums",
    body: "d84595f296b57a051fa069cff3d7f506bd465da0429474e3aeed218cd69b6457",
  },
  {
    table: "public.judgments",
    trigger: "_400_keep_sums_of_own_id",
    must_be: "always",
    definition: "1ecbea289db43deb99dd871c60f98e27b8549a7168d8192069221e9d931f1e56",
    function: "enforcement.keep_sums_of_own_id",
    body: "29a62cef0e2e02f3000911ae3a817a2b3693edfff04f7658394608d9e540095d",
  },
  {
    table: "public.judgments",
    trigger: "_400_keep_sums_update",
    must_be: "always",
    definition: "de7db212e185c5bad286ee377da2770e640ac266f43c6613de722683d701b28a",
    function: "enforcement.keep_sums",
    body: "d84595f296b57a051fa069cff3d7f506bd465da0429474e3aeed218cd69b6457",
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
    definition: "1a8fbc42cd930da82109a904de0a9f196afcf129c7614f7c672b2907020870be",
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
    definition: "e3e5dae83021454f0fc1017fe977a4a9ffd80902e540458e7edb103c3a48ff56",
    function: "intake.recount_touched_batches",
    body: "f68b4647cd254ddf39118ebf07e60e13e10e1f3e2cc018529f18f6a2d29d24ad",
  },
  {
    table: "public.plaintiffs",
    trigger: "_100_guard_new_plaintiff",
    must_be: "always",
    definition: "484a6cd7e221f1840f48a5a16bd30ea98e8e9334a6ce6269c97622ba3b48b4f6",
    function: "legal.guard_plaintiff",
    body: "390545b9b6e2e9d28337bf00b1d48fff46580b759cf8e2a235832ff32e31a958",
  },
  {
    table: "public.plaintiffs",
    trigger: "_100_guard_plaintiff",
    must_be: "always",
    definition: "a49111f184183653dce9914b87f6737a491173a89c0ddf5501a821a8999fa88f",
    function: "legal.guard_plaintiff",
    body: "390545b9b6e2e9d28337bf00b1d48fff46580b759cf8e2a235832ff32e31a958",
  },
  {
    table: "public.plaintiffs",
    trigger: "_200_fill_normalized_name",
    must_be: "always",
    definition: "66db0f16602d9c675ac0b82d96a1012945e98a1a00ad34a79f015bea66e5b30c",
    function: "public.fill_normalized_name",
    body: "c348a5ed7b43f6b6c3550acc98da65b4e1ff601c182c6b2cccfceafdd88ab6fe",
  },
  {
    table: "public.plaintiffs",
    trigger: "_400_follow_authorization",
    must_be: "always",
    definition: "e3d3670c5520452e799d92b531a2f8182d32778b3a621bdbf9d78eebaa97fda3",
    function: "legal.follow_authorization",
    body: "dbf54d5bde0e842af511a7d995daaa499772217f94a6752c20800ae463abdaaa",
  },
  {
    table: "public.plaintiffs",
    trigger: "_400_follow_lost_member",
    must_be: "always",
    definition: "13874221065beab67279c128eb26e42ecd2b1610795f93e2f6aa481f96e3773e",
    function: "legal.follow_authorization",
    body: "dbf54d5bde0e842af511a7d995daaa499772217f94a6752c20800ae463abdaaa",
  },
  {
    table: "public.plaintiffs",
    trigger: "_400_follow_new_member",
    must_be: "always",
    definition: "cbbed0d330e6f11c8a27a4dd5b7851b28de9555088eec8e2b81de3566c317d89",
    function: "legal.follow_authorization",
    body: "dbf54d5bde0e842af511a7d995daaa499772217f94a6752c20800ae463abdaaa",
  },
  {
    table: "public.plaintiffs",
    trigger: "_500_note_plaintiff",
    must_be: "always",
    definition: "a833ac6e7c200b51cdf926f683665f37c61897a446080d19b17db209953a7238",
    function: "legal.note_plaintiff",
    body: "d0f9b39bf1c615b97ad3ed209198447d54da76a45f69520944f44eda5abe87d1",
  },
  {
    table: "public.plaintiffs",
    trigger: "_510_follow_cure",
    must_be: "always",
    definition: "55432adb425624016c390ff4901710e5aa6186d59e81a12b6a9264ed3b8629bb",
    function: "enforcement.follow_cure",
    body: "f29b4ccc444f260d7707fb0f8540bd6a18ee4310de80bc6967aed09cd464f91a",
  },
  {
    table: "storage.objects",
    trigger: "dragonfly_on_object_stored",
    must_be: "enabled",
    definition: "3c3192f582e38d046d25ae76168eeac8b65d9e94baceb19fe705de4208f05486",
    function: "intake.on_object_stored",
    body: "253bea5ee84d638b72cd7ec2cf3c5b37c52082631cb24db15ef919c7540d40bc",
  },
  {
    table: "storage.objects",
    trigger: "dragonfly_protect_evidence",
    must_be: "enabled",
    definition: "579b554a1f8e506cabe77480273c74015d1f7ad12d0f8db057da4230e8489ecc",
    function: "evidence.protect_object",
    body: "a2e61314d31751b8160af3beb29b838bf8f9cc6648d3b53525a2c22ef571fc18",
  },
];

/** Functions the record and its guards stand on; overloads are one text. */
export const GUARD_FUNCTIONS: Readonly<Record<string, string>> = {
  "audit.append":
    "4a6fae3407461e46ae2d2f013bdf49521fa2c8443a5907de4bd8373c1a9649b7",
  "audit.content_hash":
    "e0bc87cdb7ad9df791c3f85b2c62fd8a462e6ce7674d3c13d31c65d695ea2dcc",
  "audit.event_content":
    "a23f31ddadf7b7504c5288c636e5bd203bf57feda0f8e95281f6f4491dacd373",
  "audit.event_hash":
    "99cf3edf4d07e79913b00c421f28cc793321d386021961fbc3126109368aaccb",
  "audit.frames":
    "52123ac14a5aa7fecff5ed457b3a804a2b42c9c170e297cd262925ecc7613870",
  "audit.head":
    "4ac6ead2f872a7970f20838fc344339729842265e36fe7e35aa2a8863a226926",
  "audit.is_by_hand":
    "b3bbf6de5df764169e111a286bbbc2fee8135b335c68bca3a108a71fffc4967d",
  "audit.keep_position":
    "6cb8853262c12d0466dcd6976a4db37c4d66c4f8753ef436e9e79299f93f5681",
  "audit.note_rewritten_counts":
    "7456df5bcf02ec7fd408c3fde39ecc61e0e8500d0dbc921971df616b8d1f005c",
  "audit.note_rewritten_rows":
    "3e8546e8b660983dc8539a2d33e5dcfd80298aa24e1f21f142bdfd39b764639c",
  "audit.proof_of":
    "00f698be8f1bf47f31cd9a75aaeb44014c42e2771bbf0829268ef947b1dec117",
  "audit.protect_events":
    "1762bccb0ab3b21b3edee8b919e6712b7c3199609ca26268b4813dadb62aaa7f",
  "audit.protect_heads":
    "5df1709b799749b9425a33823bb4924580740634b8a0e871e2c79e44717c6ceb",
  "audit.seal":
    "67f20ff470ede585c93f204f5ba9ce2ca9485eb0231c4dea4660aa6714a3fc58",
  "audit.verify_chain":
    "5618fef4b7b7378885d200ab1441784c3c48b279690d1fb5c24e1bece49b88bd",
  "audit.verify_loose_ends":
    "b31cbdd7e589b3a8c63050b0db311bf9e050ec2b85909960d29842a1c8870d58",
  "audit.verify_slice":
    "f0fa24013f842b8f1960c0f55effe6b34d5ece64940afa97e23cd8399cb52880",
  "enforcement.owns":
    "a6f850e3fef9eac9026c41a451114ccdf7eaa5e4cd36111c1bad1d82311a6e56",
  "enforcement.pass_gate":
    "19a1f9a2c51c421f7ce9dec151e637ed191f596d88ec5e66e09e1005dd0bf282",
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
    "a2e61314d31751b8160af3beb29b838bf8f9cc6648d3b53525a2c22ef571fc18",
  "evidence.protect_records":
    "a2d1651261983d8de142eb4f1a6626c8e0d47ecee401a385d9367dd28ccf63d5",
  "evidence.register":
    "89db5711ada8d788716de563ae971d2d62cb24c9c82f0b0abd478db7512c7231",
  "evidence.retire":
    "55928294e42f6e1ca5211862deadc3b8c15480b72e495774cf02b798311c1bbe",
  "evidence.set_legal_hold":
    "3995bd62029e8dbf8a9ae4bc7f2b9affab2e7c1626f16ca0e3f7357c24237490",
  "legal.end_of":
    "d15858a003d81a2ef780341946f6402c859dde12824e7627e22516798f239230",
  "legal.expire_consents":
    "96e56b67317a3da915845cac24fff4daf3746da0bdf987605666fa400fea0fe5",
  "legal.follow_authorization":
    "dbf54d5bde0e842af511a7d995daaa499772217f94a6752c20800ae463abdaaa",
  "legal.guard_consent":
    "ed12ad9047fefdd3857678c7ee040cd1d2f6d7519b2288f05ddd6ec5dbe3257d",
  "legal.guard_new_consent":
    "19e06f4f08031b6fbff6ef296e8b79e4ea2e42776f7fe2888cb5c9acb1015b76",
  "legal.guard_plaintiff":
    "390545b9b6e2e9d28337bf00b1d48fff46580b759cf8e2a235832ff32e31a958",
  "legal.is_active":
    "d3a1562086e7def0e89eae921d00634112f34fd13ea9805978688dae3bf3794f",
  "legal.is_authorized":
    "f986ecd862fc24c8e243720eb79f0634390019c716a8a2fb7aab8b20d271ee81",
  "legal.keep_authorization":
    "f7d3f20c5275e85f39c864e96c0bcc79015676dc4b67cdd9096081732da7fa7f",
  "legal.lock_standing":
    "42a44c256c435a15162c131800624437e0d5ee19accee3424912ad98949428cb",
  "legal.merge_plaintiffs":
    "7881ee263ffa4921c3078d8e9de99c6ceb91759d47c3a423f717c9be19ffdd24",
  "legal.missing_consents":
    "7bf63af4714532a3181c26e7faabc396e0d70808e3f041514b010e46ac7b47dc",
  "legal.note_consent":
    "c57d4afd5590d9e70cebe478dac6fb9ab005fcc2e5d22d0a5a820fea36f4d546",
  "legal.note_plaintiff":
    "d0f9b39bf1c615b97ad3ed209198447d54da76a45f69520944f44eda5abe87d1",
  "legal.recount_authorizations":
    "e0ca2661fcc3f4b5825b3642980a18398448359f1708d2f7294003a4052d7e15",
  "legal.register_consent":
    "accb773d28ac5a7799d65165243690ea6dff2dd74aee84d598bcccd9bb499878",
  "legal.revoke_consent":
    "1ba897a638f5ce45daac3f7002a4303c384d6e4188cafc85da2a025bfe38c4cc",
  "legal.take_apart":
    "a91aaec6b8813f63eda22178dbd916fd279d893f4a01790f89af5c40efc53b64",
  "legal.times_of":
    "93a9b7a9471db060a38054d5a96e3ac5825d3cabc2c01c43f57f66f44f04355e",
  "ops.act_as":
    "e79cf96ab26453e8243d253a69ca83ed950f0cd3732c58454da435afad85293a",
  "ops.actor":
    "14a0e5937b2e67e0dad81293384cbf4063c107a0b4f141a25672c418da1a6211",
  "ops.is_by_hand":
    "00462475ae4a776b0993f1b29cb34fab3409434e5c0cfc22a5f2f9da374e57da",
  "ops.is_engine":
    "55f088e997b612118eabcc3b951181e1a17946b35793e0b3781b56056ce23558",
  "ops.is_from_function":
    "e023b27db9a011bd64c3f41a591199c16f9d19f457239eb2fec88a80b06a71e9",
  "ops.kind_of_actor":
    "bdd238f989be84a845e0b75f8ee771700e6b6c1ff876cae445eb7cfdcb2fc1ba",
  "ops.set_door":
    "da32d6173bec9e7f03a2957b22a1cca8ad3bf3183890563c1b7159f16e7cdadb",
  "ops.vouched_actor":
    "11847c5168adec4c419341ab7123928ed549c625b1ed53f2b3f82e8e8c995e91",
};
