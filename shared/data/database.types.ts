// Generated from the migrations by `deno task types`; not edited by hand.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  "audit": {
    Tables: {
      "chain_positions": {
        Row: {
          "hash": string;
          "key_id": string;
          "seal_no": number;
          "signature": string;
          "started_at": string;
          "walk": string;
          "whole_at": string | null;
        };
        ComputedFields: never;
        Insert: {
          "hash": string;
          "key_id": string;
          "seal_no": number;
          "signature": string;
          "started_at": string;
          "walk": string;
          "whole_at"?: string | null;
        };
        Update: {
          "hash"?: string;
          "key_id"?: string;
          "seal_no"?: number;
          "signature"?: string;
          "started_at"?: string;
          "walk"?: string;
          "whole_at"?: string | null;
        };
        Relationships: [];
      };
      "event_log": {
        Row: {
          "action": string;
          "actor": string;
          "actor_kind": string;
          "after": Json | null;
          "before": Json | null;
          "entity_id": string | null;
          "entity_type": string;
          "hash": string | null;
          "id": number;
          "prev_hash": string | null;
          "request_id": string | null;
          "seal_no": number | null;
          "ts": string;
          "content_hash": string | null;
          "event_content": string | null;
        };
        ComputedFields: "content_hash" | "event_content";
        Insert: {
          "action": string;
          "actor": string;
          "actor_kind": string;
          "after"?: Json | null;
          "before"?: Json | null;
          "entity_id"?: string | null;
          "entity_type": string;
          "hash"?: string | null;
          "id"?: never;
          "prev_hash"?: string | null;
          "request_id"?: string | null;
          "seal_no"?: number | null;
          "ts"?: string;
        };
        Update: {
          "action"?: string;
          "actor"?: string;
          "actor_kind"?: string;
          "after"?: Json | null;
          "before"?: Json | null;
          "entity_id"?: string | null;
          "entity_type"?: string;
          "hash"?: string | null;
          "id"?: never;
          "prev_hash"?: string | null;
          "request_id"?: string | null;
          "seal_no"?: number | null;
          "ts"?: string;
        };
        Relationships: [];
      };
      "exported_heads": {
        Row: {
          "destination": string;
          "exported_at": string;
          "hash": string;
          "key_id": string;
          "seal_no": number;
          "signature": string;
        };
        ComputedFields: never;
        Insert: {
          "destination": string;
          "exported_at"?: string;
          "hash": string;
          "key_id": string;
          "seal_no": number;
          "signature": string;
        };
        Update: {
          "destination"?: string;
          "exported_at"?: string;
          "hash"?: string;
          "key_id"?: string;
          "seal_no"?: number;
          "signature"?: string;
        };
        Relationships: [];
      };
    };
    Views: {
      [_ in never]: never;
    };
    Functions: {
      "append": {
        Args: {
          "action": string;
          "after"?: Json;
          "before"?: Json;
          "entity_id": string;
          "entity_type": string;
          "request_id"?: string;
        };
        Returns: undefined;
      };
      "content_hash": {
        Args: {
          "event": Omit<
            Database["audit"]["Tables"]["event_log"]["Row"],
            Database["audit"]["Tables"]["event_log"]["ComputedFields"]
          >;
        };
        Returns: string;
      };
      "event_content": {
        Args: {
          "event": Omit<
            Database["audit"]["Tables"]["event_log"]["Row"],
            Database["audit"]["Tables"]["event_log"]["ComputedFields"]
          >;
        };
        Returns: string;
      };
      "event_hash": {
        Args: {
          "event": Omit<
            Database["audit"]["Tables"]["event_log"]["Row"],
            Database["audit"]["Tables"]["event_log"]["ComputedFields"]
          >;
          "prev_hash": string;
        };
        Returns: string;
      };
      "frames": { Args: { "context": string; "schemas"?: string }; Returns: number };
      "head": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "hash": string;
          "seal_no": number;
        }[];
      };
      "is_by_hand": { Args: { "context": string }; Returns: boolean };
      "keep_position": { Args: { "place": Json }; Returns: undefined };
      "proof_of": { Args: { "entity_id": string; "entity_type": string; "most"?: number }; Returns: Json };
      "seal": { Args: { "max_events"?: number; "most_ms"?: number }; Returns: number };
      "verify_chain": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "checked": number;
          "ok": boolean;
          "problem": string;
          "seal_no": number;
        }[];
      };
      "verify_loose_ends": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "problem": string;
          "seal_no": number;
        }[];
      };
      "verify_slice": {
        Args: { "after_hash": string; "after_no": number; "most"?: number };
        Returns: {
          "checked": number;
          "last_hash": string;
          "last_no": number;
          "ok": boolean;
          "problem": string;
          "seal_no": number;
        }[];
      };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
  "enforcement": {
    Tables: {
      "action_moves": {
        Row: {
          "because": string;
          "from_status": string;
          "to_status": string;
        };
        ComputedFields: never;
        Insert: {
          "because": string;
          "from_status": string;
          "to_status": string;
        };
        Update: {
          "because"?: string;
          "from_status"?: string;
          "to_status"?: string;
        };
        Relationships: [];
      };
      "actions": {
        Row: {
          "action_type": string;
          "evidence_file_id": string | null;
          "executed_at": string | null;
          "id": string;
          "is_proof": boolean;
          "judgment_id": number;
          "plaintiff_id": string;
          "reason": string | null;
          "remediation_task_id": string | null;
          "requested_at": string;
          "requested_by": string;
          "status": string;
          "status_changed_at": string;
          "call_off": boolean | null;
          "describe_action": Json | null;
          "pass_gate": undefined | null;
        };
        ComputedFields: "call_off" | "describe_action" | "pass_gate";
        Insert: {
          "action_type": string;
          "evidence_file_id"?: string | null;
          "executed_at"?: string | null;
          "id"?: string;
          "is_proof"?: boolean;
          "judgment_id": number;
          "plaintiff_id": string;
          "reason"?: string | null;
          "remediation_task_id"?: string | null;
          "requested_at"?: string;
          "requested_by"?: string;
          "status"?: string;
          "status_changed_at"?: string;
        };
        Update: {
          "action_type"?: string;
          "evidence_file_id"?: string | null;
          "executed_at"?: string | null;
          "id"?: string;
          "is_proof"?: boolean;
          "judgment_id"?: number;
          "plaintiff_id"?: string;
          "reason"?: string | null;
          "remediation_task_id"?: string | null;
          "requested_at"?: string;
          "requested_by"?: string;
          "status"?: string;
          "status_changed_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "actions_plaintiff_id_fkey";
            columns: ["plaintiff_id"];
            isOneToOne: false;
            referencedRelation: "v_authorized_plaintiffs";
            referencedColumns: ["plaintiff_id"];
          },
          {
            foreignKeyName: "actions_plaintiff_id_fkey";
            columns: ["plaintiff_id"];
            isOneToOne: false;
            referencedRelation: "v_unauthorized_plaintiffs";
            referencedColumns: ["plaintiff_id"];
          },
        ];
      };
      "plaintiff_sums": {
        Row: {
          "amount": number;
          "cases": number;
          "is_folded": boolean;
          "judgment_id": number | null;
          "plaintiff_id": string;
        };
        ComputedFields: never;
        Insert: {
          "amount": number;
          "cases": number;
          "is_folded"?: boolean;
          "judgment_id"?: number | null;
          "plaintiff_id": string;
        };
        Update: {
          "amount"?: number;
          "cases"?: number;
          "is_folded"?: boolean;
          "judgment_id"?: number | null;
          "plaintiff_id"?: string;
        };
        Relationships: [];
      };
      "stage_sums": {
        Row: {
          "amount": number;
          "amount_from": number;
          "cases": number;
          "enforcement_stage": string;
          "is_folded": boolean;
          "judgment_date": string;
          "judgment_id": number | null;
        };
        ComputedFields: never;
        Insert: {
          "amount": number;
          "amount_from": number;
          "cases": number;
          "enforcement_stage": string;
          "is_folded"?: boolean;
          "judgment_date": string;
          "judgment_id"?: number | null;
        };
        Update: {
          "amount"?: number;
          "amount_from"?: number;
          "cases"?: number;
          "enforcement_stage"?: string;
          "is_folded"?: boolean;
          "judgment_date"?: string;
          "judgment_id"?: number | null;
        };
        Relationships: [];
      };
      "summed_up_to": {
        Row: {
          "judgment_id": number;
          "next_id": number | null;
          "one": boolean;
          "waits_for": (string)[] | null;
        };
        ComputedFields: never;
        Insert: {
          "judgment_id"?: number;
          "next_id"?: number | null;
          "one"?: boolean;
          "waits_for"?: (string)[] | null;
        };
        Update: {
          "judgment_id"?: number;
          "next_id"?: number | null;
          "one"?: boolean;
          "waits_for"?: (string)[] | null;
        };
        Relationships: [];
      };
    };
    Views: {
      "v_authorized_plaintiffs": {
        Row: {
          "firm_name": string | null;
          "plaintiff_id": string;
          "plaintiff_name": string;
          "status": string | null;
        };
        ComputedFields: never;
        Insert: {
          "firm_name"?: string | null;
          "plaintiff_id"?: string | null;
          "plaintiff_name"?: string | null;
          "status"?: string | null;
        };
        Update: {
          "firm_name"?: string | null;
          "plaintiff_id"?: string | null;
          "plaintiff_name"?: string | null;
          "status"?: string | null;
        };
        Relationships: [];
      };
      "v_unauthorized_plaintiffs": {
        Row: {
          "firm_name": string | null;
          "missing_fee_agreement": boolean | null;
          "missing_loa": boolean | null;
          "plaintiff_id": string;
          "plaintiff_name": string;
          "status": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
    };
    Functions: {
      "action_record": { Args: { "action": string }; Returns: Json };
      "amount_from": { Args: { "amount": number }; Returns: number };
      "begin_action": { Args: { "job": string; "token": string }; Returns: Json };
      "call_off": {
        Args: {
          "action": Omit<
            Database["enforcement"]["Tables"]["actions"]["Row"],
            Database["enforcement"]["Tables"]["actions"]["ComputedFields"]
          >;
        };
        Returns: boolean;
      };
      "cancel_action": {
        Args: { "action": string; "actor": string; "reason": string; "request_id": string };
        Returns: Json;
      };
      "close_cured_tasks": { Args: { "plaintiff": string }; Returns: undefined };
      "describe_action": {
        Args: {
          "action": Omit<
            Database["enforcement"]["Tables"]["actions"]["Row"],
            Database["enforcement"]["Tables"]["actions"]["ComputedFields"]
          >;
        };
        Returns: Json;
      };
      "describe_plaintiff": {
        Args: {
          "plaintiff": Omit<
            Database["public"]["Tables"]["plaintiffs"]["Row"],
            Database["public"]["Tables"]["plaintiffs"]["ComputedFields"]
          >;
        };
        Returns: Json;
      };
      "execute_action": { Args: { "evidence_file": string; "job": string; "token": string }; Returns: Json };
      "fold_sums": { Args: Record<PropertyKey, never>; Returns: undefined };
      "forget_sums": { Args: Record<PropertyKey, never>; Returns: undefined };
      "has_actions": { Args: { "judgment": number }; Returns: boolean };
      "hold_action": {
        Args: {
          "job": Omit<
            Database["ops"]["Tables"]["job_queue"]["Row"],
            Database["ops"]["Tables"]["job_queue"]["ComputedFields"]
          >;
        };
        Returns: {
          "action_type": string;
          "evidence_file_id": string | null;
          "executed_at": string | null;
          "id": string;
          "is_proof": boolean;
          "judgment_id": number;
          "plaintiff_id": string;
          "reason": string | null;
          "remediation_task_id": string | null;
          "requested_at": string;
          "requested_by": string;
          "status": string;
          "status_changed_at": string;
        };
        SetofOptions: {
          from: "ops.job_queue";
          to: "actions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "is_counted": { Args: { "plaintiff_name": string }; Returns: boolean };
      "list_actions": {
        Args: {
          "action_type": string;
          "page"?: number;
          "page_size"?: number;
          "plaintiff": string;
          "status": string;
        };
        Returns: Json;
      };
      "list_plaintiffs": {
        Args: { "authorized": boolean; "page"?: number; "page_size"?: number; "q": string; "status": string };
        Returns: Json;
      };
      "list_tasks": {
        Args: { "page"?: number; "page_size"?: number; "plaintiff": string; "status": string };
        Returns: Json;
      };
      "loss": { Args: { "plaintiff": string }; Returns: string };
      "max_summed_judgments": { Args: Record<PropertyKey, never>; Returns: number };
      "next_stage": { Args: { "action_type": string; "stage": string }; Returns: string };
      "open_task": { Args: { "plaintiff": string; "why": string }; Returns: string };
      "owns": { Args: { "judgment": number; "plaintiff": string }; Returns: boolean };
      "packet_data": { Args: { "action": string }; Returns: Json };
      "pass_gate": {
        Args: {
          "action": Omit<
            Database["enforcement"]["Tables"]["actions"]["Row"],
            Database["enforcement"]["Tables"]["actions"]["ComputedFields"]
          >;
        };
        Returns: undefined;
      };
      "plaintiff_record": { Args: { "plaintiff": string }; Returns: Json };
      "refusal": { Args: { "plaintiff": string }; Returns: string };
      "request_action": {
        Args: {
          "action_type": string;
          "actor": string;
          "judgment": number;
          "plaintiff": string;
          "request_id": string;
        };
        Returns: Json;
      };
      "sum_judgments": { Args: Record<PropertyKey, never>; Returns: number };
      "sum_of": {
        Args: { "plaintiffs": (string)[] };
        Returns: {
          "amount": number;
          "cases": number;
        }[];
      };
      "sweep": { Args: Record<PropertyKey, never>; Returns: number };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
  "evidence": {
    Tables: {
      "files": {
        Row: {
          "bucket_path": string;
          "entity_id": string;
          "entity_type": string;
          "file_name": string;
          "id": string;
          "is_proof": boolean;
          "legal_hold": boolean;
          "mime_type": string;
          "sha256": string;
          "size_bytes": number;
          "uploaded_at": string;
          "uploaded_by": string;
        };
        ComputedFields: never;
        Insert: {
          "bucket_path": string;
          "entity_id": string;
          "entity_type": string;
          "file_name": string;
          "id"?: string;
          "is_proof"?: boolean;
          "legal_hold"?: boolean;
          "mime_type"?: string;
          "sha256": string;
          "size_bytes": number;
          "uploaded_at"?: string;
          "uploaded_by"?: string;
        };
        Update: {
          "bucket_path"?: string;
          "entity_id"?: string;
          "entity_type"?: string;
          "file_name"?: string;
          "id"?: string;
          "is_proof"?: boolean;
          "legal_hold"?: boolean;
          "mime_type"?: string;
          "sha256"?: string;
          "size_bytes"?: number;
          "uploaded_at"?: string;
          "uploaded_by"?: string;
        };
        Relationships: [];
      };
      "retirements": {
        Row: {
          "file_id": string;
          "reason": string;
          "retired_at": string;
          "retired_by": string;
        };
        ComputedFields: never;
        Insert: {
          "file_id": string;
          "reason": string;
          "retired_at"?: string;
          "retired_by"?: string;
        };
        Update: {
          "file_id"?: string;
          "reason"?: string;
          "retired_at"?: string;
          "retired_by"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "retirements_file_id_fkey";
            columns: ["file_id"];
            isOneToOne: true;
            referencedRelation: "files";
            referencedColumns: ["id"];
          },
        ];
      };
    };
    Views: {
      [_ in never]: never;
    };
    Functions: {
      "comes_from": { Args: { "context": string; "function_name": string }; Returns: boolean };
      "describe_file": { Args: { "file": string }; Returns: Json };
      "register": {
        Args: {
          "actor": string;
          "bucket_path": string;
          "entity_id": string;
          "entity_type": string;
          "file_name": string;
          "is_proof"?: boolean;
          "mime_type": string;
          "request_id"?: string;
          "sha256": string;
          "size_bytes": number;
        };
        Returns: string;
      };
      "retire": {
        Args: { "actor"?: string; "file": string; "reason": string; "request_id"?: string };
        Returns: undefined;
      };
      "set_legal_hold": {
        Args: { "actor"?: string; "file": string; "held": boolean; "reason": string; "request_id"?: string };
        Returns: boolean;
      };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
  "intake": {
    Tables: {
      "batch_days": {
        Row: {
          "batches": number;
          "day": string;
          "dry_run": boolean;
          "is_folded": boolean;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_total": number;
          "source": string;
          "status": string;
        };
        ComputedFields: never;
        Insert: {
          "batches": number;
          "day": string;
          "dry_run": boolean;
          "is_folded"?: boolean;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_total": number;
          "source": string;
          "status": string;
        };
        Update: {
          "batches"?: number;
          "day"?: string;
          "dry_run"?: boolean;
          "is_folded"?: boolean;
          "row_count_duplicate"?: number;
          "row_count_inserted"?: number;
          "row_count_invalid"?: number;
          "row_count_total"?: number;
          "source"?: string;
          "status"?: string;
        };
        Relationships: [];
      };
      "batch_error_counts": {
        Row: {
          "batch_id": string;
          "error_code": string;
          "error_stage": string;
          "occurrences": number;
        };
        ComputedFields: never;
        Insert: {
          "batch_id": string;
          "error_code": string;
          "error_stage": string;
          "occurrences": number;
        };
        Update: {
          "batch_id"?: string;
          "error_code"?: string;
          "error_stage"?: string;
          "occurrences"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "batch_error_counts_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "simplicity_batches";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "batch_error_counts_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "v_batch_observability";
            referencedColumns: ["batch_id"];
          },
          {
            foreignKeyName: "batch_error_counts_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "view_batch_metrics";
            referencedColumns: ["batch_id"];
          },
          {
            foreignKeyName: "batch_error_counts_error_code_fkey";
            columns: ["error_code"];
            isOneToOne: false;
            referencedRelation: "error_codes";
            referencedColumns: ["code"];
          },
        ];
      };
      "batch_moves": {
        Row: {
          "because": string;
          "by_hand": boolean;
          "from_status": string;
          "to_status": string;
        };
        ComputedFields: never;
        Insert: {
          "because": string;
          "by_hand"?: boolean;
          "from_status": string;
          "to_status": string;
        };
        Update: {
          "because"?: string;
          "by_hand"?: boolean;
          "from_status"?: string;
          "to_status"?: string;
        };
        Relationships: [];
      };
      "batch_slices": {
        Row: {
          "batch_id": string;
          "code_counts": NonNullable<Json>;
          "end_byte": number;
          "finished_at": string | null;
          "first_byte": number;
          "first_line": number;
          "first_row": number;
          "holders": number;
          "invalid": number;
          "lease_expires_at": string | null;
          "lease_token": string | null;
          "locked_at": string | null;
          "locked_by": string | null;
          "losses": number;
          "not_before": string;
          "remarks": number;
          "row_count": number;
          "slice_no": number;
          "status": string;
          "valid": number;
          "warning_counts": NonNullable<Json>;
        };
        ComputedFields: never;
        Insert: {
          "batch_id": string;
          "code_counts"?: NonNullable<Json>;
          "end_byte": number;
          "finished_at"?: string | null;
          "first_byte": number;
          "first_line": number;
          "first_row": number;
          "holders"?: number;
          "invalid"?: number;
          "lease_expires_at"?: string | null;
          "lease_token"?: string | null;
          "locked_at"?: string | null;
          "locked_by"?: string | null;
          "losses"?: number;
          "not_before"?: string;
          "remarks"?: number;
          "row_count": number;
          "slice_no": number;
          "status"?: string;
          "valid"?: number;
          "warning_counts"?: NonNullable<Json>;
        };
        Update: {
          "batch_id"?: string;
          "code_counts"?: NonNullable<Json>;
          "end_byte"?: number;
          "finished_at"?: string | null;
          "first_byte"?: number;
          "first_line"?: number;
          "first_row"?: number;
          "holders"?: number;
          "invalid"?: number;
          "lease_expires_at"?: string | null;
          "lease_token"?: string | null;
          "locked_at"?: string | null;
          "locked_by"?: string | null;
          "losses"?: number;
          "not_before"?: string;
          "remarks"?: number;
          "row_count"?: number;
          "slice_no"?: number;
          "status"?: string;
          "valid"?: number;
          "warning_counts"?: NonNullable<Json>;
        };
        Relationships: [
          {
            foreignKeyName: "batch_slices_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "simplicity_batches";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "batch_slices_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "v_batch_observability";
            referencedColumns: ["batch_id"];
          },
          {
            foreignKeyName: "batch_slices_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "view_batch_metrics";
            referencedColumns: ["batch_id"];
          },
        ];
      };
      "error_codes": {
        Row: {
          "cause": string;
          "code": string;
          "fix": string;
          "stage": string;
        };
        ComputedFields: never;
        Insert: {
          "cause": string;
          "code": string;
          "fix": string;
          "stage": string;
        };
        Update: {
          "cause"?: string;
          "code"?: string;
          "fix"?: string;
          "stage"?: string;
        };
        Relationships: [];
      };
      "error_days": {
        Row: {
          "day": string;
          "error_code": string;
          "is_folded": boolean;
          "occurrences": number;
          "source": string;
        };
        ComputedFields: never;
        Insert: {
          "day": string;
          "error_code": string;
          "is_folded"?: boolean;
          "occurrences": number;
          "source": string;
        };
        Update: {
          "day"?: string;
          "error_code"?: string;
          "is_folded"?: boolean;
          "occurrences"?: number;
          "source"?: string;
        };
        Relationships: [];
      };
      "forgotten_objects": {
        Row: {
          "forgotten_at": string;
          "storage_bucket": string;
          "storage_path": string;
          "storage_version": string;
        };
        ComputedFields: never;
        Insert: {
          "forgotten_at"?: string;
          "storage_bucket": string;
          "storage_path": string;
          "storage_version"?: string;
        };
        Update: {
          "forgotten_at"?: string;
          "storage_bucket"?: string;
          "storage_path"?: string;
          "storage_version"?: string;
        };
        Relationships: [];
      };
      "header_changes": {
        Row: {
          "batch_id": string;
          "compared_with": string;
          "missing_columns": (string)[];
          "new_columns": (string)[];
          "noticed_at": string;
          "renamed_columns": (string)[];
          "source": string;
        };
        ComputedFields: never;
        Insert: {
          "batch_id": string;
          "compared_with": string;
          "missing_columns"?: (string)[];
          "new_columns"?: (string)[];
          "noticed_at"?: string;
          "renamed_columns"?: (string)[];
          "source": string;
        };
        Update: {
          "batch_id"?: string;
          "compared_with"?: string;
          "missing_columns"?: (string)[];
          "new_columns"?: (string)[];
          "noticed_at"?: string;
          "renamed_columns"?: (string)[];
          "source"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "header_changes_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: true;
            referencedRelation: "simplicity_batches";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "header_changes_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: true;
            referencedRelation: "v_batch_observability";
            referencedColumns: ["batch_id"];
          },
          {
            foreignKeyName: "header_changes_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: true;
            referencedRelation: "view_batch_metrics";
            referencedColumns: ["batch_id"];
          },
        ];
      };
      "missed_objects": {
        Row: {
          "missed_at": string;
          "storage_bucket": string;
          "storage_path": string;
        };
        ComputedFields: never;
        Insert: {
          "missed_at"?: string;
          "storage_bucket": string;
          "storage_path": string;
        };
        Update: {
          "missed_at"?: string;
          "storage_bucket"?: string;
          "storage_path"?: string;
        };
        Relationships: [];
      };
      "moved_objects": {
        Row: {
          "batch_id": string;
          "storage_bucket": string;
          "storage_path": string;
          "storage_version": string;
        };
        ComputedFields: never;
        Insert: {
          "batch_id": string;
          "storage_bucket": string;
          "storage_path": string;
          "storage_version": string;
        };
        Update: {
          "batch_id"?: string;
          "storage_bucket"?: string;
          "storage_path"?: string;
          "storage_version"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "moved_objects_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: true;
            referencedRelation: "simplicity_batches";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "moved_objects_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: true;
            referencedRelation: "v_batch_observability";
            referencedColumns: ["batch_id"];
          },
          {
            foreignKeyName: "moved_objects_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: true;
            referencedRelation: "view_batch_metrics";
            referencedColumns: ["batch_id"];
          },
        ];
      };
      "row_errors": {
        Row: {
          "attempt": number;
          "batch_id": string;
          "byte_offset": number | null;
          "created_at": string;
          "error_code": string;
          "error_message": string;
          "error_stage": string;
          "field": string | null;
          "id": number;
          "issues": NonNullable<Json>;
          "line_number": number | null;
          "raw_data": Json | null;
          "raw_line": string | null;
          "raw_value": string | null;
          "resolved_at": string | null;
          "resolved_by_batch": string | null;
          "row_index": number;
        };
        ComputedFields: never;
        Insert: {
          "attempt"?: number;
          "batch_id": string;
          "byte_offset"?: number | null;
          "created_at"?: string;
          "error_code": string;
          "error_message": string;
          "error_stage": string;
          "field"?: string | null;
          "id"?: never;
          "issues"?: NonNullable<Json>;
          "line_number"?: number | null;
          "raw_data"?: Json | null;
          "raw_line"?: string | null;
          "raw_value"?: string | null;
          "resolved_at"?: string | null;
          "resolved_by_batch"?: string | null;
          "row_index": number;
        };
        Update: {
          "attempt"?: number;
          "batch_id"?: string;
          "byte_offset"?: number | null;
          "created_at"?: string;
          "error_code"?: string;
          "error_message"?: string;
          "error_stage"?: string;
          "field"?: string | null;
          "id"?: never;
          "issues"?: NonNullable<Json>;
          "line_number"?: number | null;
          "raw_data"?: Json | null;
          "raw_line"?: string | null;
          "raw_value"?: string | null;
          "resolved_at"?: string | null;
          "resolved_by_batch"?: string | null;
          "row_index"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "row_errors_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "simplicity_batches";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "row_errors_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "v_batch_observability";
            referencedColumns: ["batch_id"];
          },
          {
            foreignKeyName: "row_errors_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "view_batch_metrics";
            referencedColumns: ["batch_id"];
          },
          {
            foreignKeyName: "row_errors_error_code_fkey";
            columns: ["error_code"];
            isOneToOne: false;
            referencedRelation: "error_codes";
            referencedColumns: ["code"];
          },
        ];
      };
      "row_repairs": {
        Row: {
          "batch_id": string;
          "repaired_at": string;
          "repaired_by_batch": string;
          "repaired_by_row": number;
          "row_index": number;
        };
        ComputedFields: never;
        Insert: {
          "batch_id": string;
          "repaired_at"?: string;
          "repaired_by_batch": string;
          "repaired_by_row": number;
          "row_index": number;
        };
        Update: {
          "batch_id"?: string;
          "repaired_at"?: string;
          "repaired_by_batch"?: string;
          "repaired_by_row"?: number;
          "row_index"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "row_repairs_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "simplicity_batches";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "row_repairs_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "v_batch_observability";
            referencedColumns: ["batch_id"];
          },
          {
            foreignKeyName: "row_repairs_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "view_batch_metrics";
            referencedColumns: ["batch_id"];
          },
        ];
      };
      "simplicity_batches": {
        Row: {
          "admitted_percent": number | null;
          "approved_attempt": number | null;
          "asked_by_operator": boolean;
          "attempt": number;
          "completed_at": string | null;
          "created_at": string;
          "created_by": string;
          "created_by_kind": string;
          "db_duration_ms": number | null;
          "dialect": Json | null;
          "dry_run": boolean;
          "duplicate_of": string | null;
          "error_threshold_percent": number;
          "file_hash": string | null;
          "file_size_bytes": number | null;
          "filename": string;
          "first_unread_line": number | null;
          "id": string;
          "ignored_columns": (string)[];
          "layout": Json | null;
          "notes": (string)[];
          "parse_duration_ms": number | null;
          "priority": number;
          "progress_at": string;
          "rejection_code": string | null;
          "rejection_reason": string | null;
          "rejects_truncated": boolean;
          "replay_of": string | null;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_staged": number;
          "row_count_total": number;
          "row_count_unread": number;
          "row_count_valid": number;
          "scan": Json | null;
          "source": string;
          "source_reference": string | null;
          "staged_at": string | null;
          "staging_started_at": string | null;
          "status": string;
          "status_changed_at": string;
          "storage_bucket": string | null;
          "storage_etag": string | null;
          "storage_path": string | null;
          "storage_version": string | null;
          "undo": Json | null;
          "updated_at": string;
          "validated_at": string | null;
          "warning_counts": NonNullable<Json>;
          "admitting_percent": number | null;
          "batch_record": Json | null;
          "check_threshold": undefined | null;
          "has_bytes": boolean | null;
          "is_ended_by_operator": boolean | null;
          "least_threshold": number | null;
          "needs_approval": boolean | null;
          "note_header_change": undefined | null;
          "object_state": string | null;
          "progress_of": number | null;
          "queue_batch": undefined | null;
          "record_repairs": string | null;
          "refusal": {
            "code": string;
            "reason": string;
          } | null;
          "retry_repaired": boolean | null;
          "settle_replay": undefined | null;
          "stored_object": Json | null;
          "take_back_repairs": undefined | null;
          "undo_of": Json | null;
          "why_ended": string | null;
        };
        ComputedFields:
          | "admitting_percent"
          | "batch_record"
          | "check_threshold"
          | "has_bytes"
          | "is_ended_by_operator"
          | "least_threshold"
          | "needs_approval"
          | "note_header_change"
          | "object_state"
          | "progress_of"
          | "queue_batch"
          | "record_repairs"
          | "refusal"
          | "retry_repaired"
          | "settle_replay"
          | "stored_object"
          | "take_back_repairs"
          | "undo_of"
          | "why_ended";
        Insert: {
          "admitted_percent"?: number | null;
          "approved_attempt"?: number | null;
          "asked_by_operator"?: boolean;
          "attempt"?: number;
          "completed_at"?: string | null;
          "created_at"?: string;
          "created_by"?: string;
          "created_by_kind"?: never;
          "db_duration_ms"?: number | null;
          "dialect"?: Json | null;
          "dry_run"?: boolean;
          "duplicate_of"?: string | null;
          "error_threshold_percent"?: number;
          "file_hash"?: string | null;
          "file_size_bytes"?: number | null;
          "filename": string;
          "first_unread_line"?: number | null;
          "id"?: string;
          "ignored_columns"?: (string)[];
          "layout"?: Json | null;
          "notes"?: (string)[];
          "parse_duration_ms"?: number | null;
          "priority"?: number;
          "progress_at"?: string;
          "rejection_code"?: string | null;
          "rejection_reason"?: string | null;
          "rejects_truncated"?: boolean;
          "replay_of"?: string | null;
          "row_count_duplicate"?: number;
          "row_count_inserted"?: number;
          "row_count_invalid"?: number;
          "row_count_staged"?: number;
          "row_count_total"?: number;
          "row_count_unread"?: number;
          "row_count_valid"?: number;
          "scan"?: Json | null;
          "source"?: string;
          "source_reference"?: string | null;
          "staged_at"?: string | null;
          "staging_started_at"?: string | null;
          "status"?: string;
          "status_changed_at"?: string;
          "storage_bucket"?: string | null;
          "storage_etag"?: string | null;
          "storage_path"?: string | null;
          "storage_version"?: string | null;
          "undo"?: Json | null;
          "updated_at"?: string;
          "validated_at"?: string | null;
          "warning_counts"?: NonNullable<Json>;
        };
        Update: {
          "admitted_percent"?: number | null;
          "approved_attempt"?: number | null;
          "asked_by_operator"?: boolean;
          "attempt"?: number;
          "completed_at"?: string | null;
          "created_at"?: string;
          "created_by"?: string;
          "created_by_kind"?: never;
          "db_duration_ms"?: number | null;
          "dialect"?: Json | null;
          "dry_run"?: boolean;
          "duplicate_of"?: string | null;
          "error_threshold_percent"?: number;
          "file_hash"?: string | null;
          "file_size_bytes"?: number | null;
          "filename"?: string;
          "first_unread_line"?: number | null;
          "id"?: string;
          "ignored_columns"?: (string)[];
          "layout"?: Json | null;
          "notes"?: (string)[];
          "parse_duration_ms"?: number | null;
          "priority"?: number;
          "progress_at"?: string;
          "rejection_code"?: string | null;
          "rejection_reason"?: string | null;
          "rejects_truncated"?: boolean;
          "replay_of"?: string | null;
          "row_count_duplicate"?: number;
          "row_count_inserted"?: number;
          "row_count_invalid"?: number;
          "row_count_staged"?: number;
          "row_count_total"?: number;
          "row_count_unread"?: number;
          "row_count_valid"?: number;
          "scan"?: Json | null;
          "source"?: string;
          "source_reference"?: string | null;
          "staged_at"?: string | null;
          "staging_started_at"?: string | null;
          "status"?: string;
          "status_changed_at"?: string;
          "storage_bucket"?: string | null;
          "storage_etag"?: string | null;
          "storage_path"?: string | null;
          "storage_version"?: string | null;
          "undo"?: Json | null;
          "updated_at"?: string;
          "validated_at"?: string | null;
          "warning_counts"?: NonNullable<Json>;
        };
        Relationships: [
          {
            foreignKeyName: "simplicity_batches_duplicate_of_fkey";
            columns: ["duplicate_of"];
            isOneToOne: false;
            referencedRelation: "simplicity_batches";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "simplicity_batches_duplicate_of_fkey";
            columns: ["duplicate_of"];
            isOneToOne: false;
            referencedRelation: "v_batch_observability";
            referencedColumns: ["batch_id"];
          },
          {
            foreignKeyName: "simplicity_batches_duplicate_of_fkey";
            columns: ["duplicate_of"];
            isOneToOne: false;
            referencedRelation: "view_batch_metrics";
            referencedColumns: ["batch_id"];
          },
          {
            foreignKeyName: "simplicity_batches_replay_of_fkey";
            columns: ["replay_of"];
            isOneToOne: false;
            referencedRelation: "simplicity_batches";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "simplicity_batches_replay_of_fkey";
            columns: ["replay_of"];
            isOneToOne: false;
            referencedRelation: "v_batch_observability";
            referencedColumns: ["batch_id"];
          },
          {
            foreignKeyName: "simplicity_batches_replay_of_fkey";
            columns: ["replay_of"];
            isOneToOne: false;
            referencedRelation: "view_batch_metrics";
            referencedColumns: ["batch_id"];
          },
        ];
      };
      "sources": {
        Row: {
          "code_budgets": NonNullable<Json>;
          "columns": (string)[] | null;
          "created_at": string;
          "dialect": NonNullable<Json>;
          "error_threshold_percent": number;
          "header_map": NonNullable<Json>;
          "priority": number;
          "requires_approval": boolean;
          "source": string;
          "updated_at": string;
          "warn_percent": number | null;
        };
        ComputedFields: never;
        Insert: {
          "code_budgets"?: NonNullable<Json>;
          "columns"?: (string)[] | null;
          "created_at"?: string;
          "dialect"?: NonNullable<Json>;
          "error_threshold_percent"?: number;
          "header_map"?: NonNullable<Json>;
          "priority"?: number;
          "requires_approval"?: boolean;
          "source": string;
          "updated_at"?: string;
          "warn_percent"?: number | null;
        };
        Update: {
          "code_budgets"?: NonNullable<Json>;
          "columns"?: (string)[] | null;
          "created_at"?: string;
          "dialect"?: NonNullable<Json>;
          "error_threshold_percent"?: number;
          "header_map"?: NonNullable<Json>;
          "priority"?: number;
          "requires_approval"?: boolean;
          "source"?: string;
          "updated_at"?: string;
          "warn_percent"?: number | null;
        };
        Relationships: [];
      };
      "staged_blocks": {
        Row: {
          "batch_id": string;
          "block_no": number;
          "payload": string;
          "plaintiffs": string;
          "row_count": number;
          "slice_no": number;
        };
        ComputedFields: never;
        Insert: {
          "batch_id": string;
          "block_no": number;
          "payload": string;
          "plaintiffs"?: string;
          "row_count": number;
          "slice_no": number;
        };
        Update: {
          "batch_id"?: string;
          "block_no"?: number;
          "payload"?: string;
          "plaintiffs"?: string;
          "row_count"?: number;
          "slice_no"?: number;
        };
        Relationships: [];
      };
      "sweep_place": {
        Row: {
          "one": boolean;
          "storage_path": string;
        };
        ComputedFields: never;
        Insert: {
          "one"?: boolean;
          "storage_path"?: string;
        };
        Update: {
          "one"?: boolean;
          "storage_path"?: string;
        };
        Relationships: [];
      };
      "uploads": {
        Row: {
          "arrived_at": string | null;
          "by_operator": boolean;
          "created_at": string;
          "created_by": string;
          "expires_at": string;
          "file_hash": string | null;
          "file_size_bytes": number | null;
          "filename": string;
          "id": string;
          "options": NonNullable<Json>;
          "source": string;
          "storage_bucket": string;
          "storage_path": string;
        };
        ComputedFields: never;
        Insert: {
          "arrived_at"?: string | null;
          "by_operator"?: boolean;
          "created_at"?: string;
          "created_by"?: string;
          "expires_at": string;
          "file_hash"?: string | null;
          "file_size_bytes"?: number | null;
          "filename": string;
          "id"?: string;
          "options"?: NonNullable<Json>;
          "source"?: string;
          "storage_bucket"?: string;
          "storage_path": string;
        };
        Update: {
          "arrived_at"?: string | null;
          "by_operator"?: boolean;
          "created_at"?: string;
          "created_by"?: string;
          "expires_at"?: string;
          "file_hash"?: string | null;
          "file_size_bytes"?: number | null;
          "filename"?: string;
          "id"?: string;
          "options"?: NonNullable<Json>;
          "source"?: string;
          "storage_bucket"?: string;
          "storage_path"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "uploads_source_fkey";
            columns: ["source"];
            isOneToOne: false;
            referencedRelation: "sources";
            referencedColumns: ["source"];
          },
        ];
      };
    };
    Views: {
      "v_batch_days": {
        Row: {
          "batches": number | null;
          "day": string | null;
          "dry_run": boolean | null;
          "row_count_duplicate": number | null;
          "row_count_inserted": number | null;
          "row_count_invalid": number | null;
          "row_count_total": number | null;
          "source": string | null;
          "status": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "v_batch_observability": {
        Row: {
          "batch_id": string;
          "completed_at": string | null;
          "created_at": string;
          "db_duration_ms": number | null;
          "error_count": number | null;
          "error_rate_percent": number | null;
          "error_threshold_percent": number;
          "file_hash": string | null;
          "filename": string;
          "parse_duration_ms": number | null;
          "rejection_reason": string | null;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_staged": number;
          "row_count_total": number;
          "row_count_unread": number;
          "row_count_valid": number;
          "rows_per_second": number | null;
          "status": string;
          "total_duration_ms": number | null;
          "unresolved_error_count": number | null;
          "wall_clock_ms": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "v_error_days": {
        Row: {
          "day": string | null;
          "error_code": string | null;
          "occurrences": number | null;
          "source": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "v_error_summary": {
        Row: {
          "batch_id": string;
          "error_code": string;
          "error_stage": string;
          "first_seen": string | null;
          "last_seen": string | null;
          "occurrence_count": number;
          "unresolved_count": number | null;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "batch_error_counts_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "simplicity_batches";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "batch_error_counts_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "v_batch_observability";
            referencedColumns: ["batch_id"];
          },
          {
            foreignKeyName: "batch_error_counts_batch_id_fkey";
            columns: ["batch_id"];
            isOneToOne: false;
            referencedRelation: "view_batch_metrics";
            referencedColumns: ["batch_id"];
          },
          {
            foreignKeyName: "batch_error_counts_error_code_fkey";
            columns: ["error_code"];
            isOneToOne: false;
            referencedRelation: "error_codes";
            referencedColumns: ["code"];
          },
        ];
      };
      "view_batch_metrics": {
        Row: {
          "batch_id": string;
          "completed_at": string | null;
          "created_at": string;
          "db_duration_ms": number | null;
          "error_rate_percent": number | null;
          "error_threshold_percent": number;
          "file_hash": string | null;
          "filename": string;
          "parse_duration_ms": number | null;
          "rejection_reason": string | null;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_staged": number;
          "row_count_total": number;
          "row_count_unread": number;
          "row_count_valid": number;
          "rows_per_second": number | null;
          "status": string;
          "total_duration_ms": number | null;
          "wall_clock_ms": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
    };
    Functions: {
      "abort_batch": {
        Args: { "actor": string; "batch": string; "reason": string; "request_id": string };
        Returns: Json;
      };
      "accept_drop": {
        Args: { "bucket": string; "metadata": Json; "path": string; "version": string };
        Returns: string;
      };
      "add_plaintiffs": { Args: { "batch": string }; Returns: number };
      "admitting_percent": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: number;
      };
      "affected_batches": { Args: { "batch": string }; Returns: (string)[] };
      "announcement_broken": { Args: { "arrived": Json; "batch": string }; Returns: string };
      "answer_known": {
        Args: {
          "known": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "request": Json;
        };
        Returns: Json;
      };
      "approve_batch": { Args: { "actor": string; "batch": string; "request_id": string }; Returns: Json };
      "batch_record": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: Json;
      };
      "batch_timeline": { Args: { "batch": string }; Returns: Json };
      "batches_of_hash": {
        Args: { "hash": string };
        Returns: {
          "admitted_percent": number | null;
          "approved_attempt": number | null;
          "asked_by_operator": boolean;
          "attempt": number;
          "completed_at": string | null;
          "created_at": string;
          "created_by": string;
          "created_by_kind": string;
          "db_duration_ms": number | null;
          "dialect": Json | null;
          "dry_run": boolean;
          "duplicate_of": string | null;
          "error_threshold_percent": number;
          "file_hash": string | null;
          "file_size_bytes": number | null;
          "filename": string;
          "first_unread_line": number | null;
          "id": string;
          "ignored_columns": (string)[];
          "layout": Json | null;
          "notes": (string)[];
          "parse_duration_ms": number | null;
          "priority": number;
          "progress_at": string;
          "rejection_code": string | null;
          "rejection_reason": string | null;
          "rejects_truncated": boolean;
          "replay_of": string | null;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_staged": number;
          "row_count_total": number;
          "row_count_unread": number;
          "row_count_valid": number;
          "scan": Json | null;
          "source": string;
          "source_reference": string | null;
          "staged_at": string | null;
          "staging_started_at": string | null;
          "status": string;
          "status_changed_at": string;
          "storage_bucket": string | null;
          "storage_etag": string | null;
          "storage_path": string | null;
          "storage_version": string | null;
          "undo": Json | null;
          "updated_at": string;
          "validated_at": string | null;
          "warning_counts": NonNullable<Json>;
        }[];
        SetofOptions: {
          from: "*";
          to: "simplicity_batches";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "begin_unit": { Args: { "batch": string; "job": string }; Returns: boolean };
      "brings_judgment": { Args: { "batch": string; "names": (string)[] }; Returns: (string)[] };
      "budget_reason": {
        Args: { "invalid": number; "threshold": number; "total": number; "what"?: string };
        Returns: string;
      };
      "bytes_of": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "hash": string;
        };
        Returns: Json;
      };
      "change_day": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "sign": number;
        };
        Returns: undefined;
      };
      "change_error_count": {
        Args: {
          "counted": Omit<
            Database["intake"]["Tables"]["batch_error_counts"]["Row"],
            Database["intake"]["Tables"]["batch_error_counts"]["ComputedFields"]
          >;
          "sign": number;
        };
        Returns: undefined;
      };
      "change_error_day": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "sign": number;
        };
        Returns: undefined;
      };
      "check_duplicate": { Args: { "hash": string }; Returns: Json };
      "check_move": {
        Args: {
          "new_row": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "old_row": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: undefined;
      };
      "check_threshold": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: undefined;
      };
      "claim_slice": { Args: { "batch": string; "holder": string; "job": string }; Returns: Json };
      "clear_attempt": { Args: { "batch": string }; Returns: undefined };
      "clear_staged": { Args: { "batch": string }; Returns: undefined };
      "columns_of": {
        Args: { "layout": Json };
        Returns: {
          "field": string;
          "folded": string;
          "name": string;
          "place": number;
        }[];
      };
      "compare_headers": {
        Args: { "after": Json; "before": Json };
        Returns: {
          "missing_columns": (string)[];
          "new_columns": (string)[];
          "renamed_columns": (string)[];
        }[];
      };
      "complete_batch": {
        Args: { "batch": string; "duplicate": number; "inserted": number; "took_ms": number };
        Returns: undefined;
      };
      "count_built_on": { Args: { "batch": string }; Returns: number };
      "count_new": { Args: { "batch": string }; Returns: number };
      "count_orphans": { Args: { "batch": string }; Returns: number };
      "count_resolved": { Args: { "batch": string; "code"?: string }; Returns: number };
      "count_standing": { Args: { "batch": string }; Returns: number };
      "csv_cell": { Args: { "value": string }; Returns: string };
      "csv_cells": { Args: { "columns": Json; "raw_data": Json }; Returns: string };
      "day_of": { Args: { "moment": string }; Returns: string };
      "decide": { Args: { "batch": string; "token": string }; Returns: Json };
      "delete_batch": {
        Args: { "actor": string; "batch": string; "confirm": string; "request_id": string };
        Returns: Json;
      };
      "describe_batch": { Args: { "batch": string; "for_source"?: string }; Returns: Json };
      "describe_source": { Args: { "source": string }; Returns: Json };
      "describe_unit": {
        Args: {
          "job": Omit<
            Database["ops"]["Tables"]["job_queue"]["Row"],
            Database["ops"]["Tables"]["job_queue"]["ComputedFields"]
          >;
          "slice": number;
        };
        Returns: Json;
      };
      "duplicates_in": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "payload": string;
          "room": number;
        };
        Returns: {
          "case_number": string;
          "issues": Json;
          "message": string;
          "row_index": number;
        }[];
      };
      "end_skipped": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "code": string;
          "hash": string;
          "known": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "reason": string;
        };
        Returns: undefined;
      };
      "end_undone": { Args: { "asked": Json; "batch": string }; Returns: undefined };
      "error_for": {
        Args: {
          "error": Omit<
            Database["intake"]["Tables"]["row_errors"]["Row"],
            Database["intake"]["Tables"]["row_errors"]["ComputedFields"]
          >;
          "for_source": string;
        };
        Returns: Json;
      };
      "errors_csv": {
        Args: { "after_row": number; "batch": string; "rows": number; "unresolved"?: boolean };
        Returns: {
          "csv": string;
          "last_row": number;
        }[];
      };
      "errors_csv_frame": {
        Args: { "batch": string };
        Returns: {
          "footer": string;
          "header": string;
        }[];
      };
      "fail_batch": {
        Args: { "batch": string; "code": string; "reason": string; "slice": number; "token": string };
        Returns: Json;
      };
      "find_batches": {
        Args: { "q": string };
        Returns: {
          "created_at": string;
          "id": string;
          "source": string;
          "status": string;
        }[];
      };
      "finish_slice": {
        Args: { "batch": string; "slice": number; "tally": Json; "token": string };
        Returns: Json;
      };
      "finish_staging": { Args: { "batch": string; "plan": Json; "token": string }; Returns: Json };
      "fold_days": { Args: Record<PropertyKey, never>; Returns: undefined };
      "fold_header": { Args: { "name": string }; Returns: string };
      "follow_moves": { Args: Record<PropertyKey, never>; Returns: number };
      "has_bytes": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: boolean;
      };
      "has_open_slices": { Args: { "batch": string }; Returns: boolean };
      "hold_batch": {
        Args: { "batch": string; "token": string };
        Returns: {
          "admitted_percent": number | null;
          "approved_attempt": number | null;
          "asked_by_operator": boolean;
          "attempt": number;
          "completed_at": string | null;
          "created_at": string;
          "created_by": string;
          "created_by_kind": string;
          "db_duration_ms": number | null;
          "dialect": Json | null;
          "dry_run": boolean;
          "duplicate_of": string | null;
          "error_threshold_percent": number;
          "file_hash": string | null;
          "file_size_bytes": number | null;
          "filename": string;
          "first_unread_line": number | null;
          "id": string;
          "ignored_columns": (string)[];
          "layout": Json | null;
          "notes": (string)[];
          "parse_duration_ms": number | null;
          "priority": number;
          "progress_at": string;
          "rejection_code": string | null;
          "rejection_reason": string | null;
          "rejects_truncated": boolean;
          "replay_of": string | null;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_staged": number;
          "row_count_total": number;
          "row_count_unread": number;
          "row_count_valid": number;
          "scan": Json | null;
          "source": string;
          "source_reference": string | null;
          "staged_at": string | null;
          "staging_started_at": string | null;
          "status": string;
          "status_changed_at": string;
          "storage_bucket": string | null;
          "storage_etag": string | null;
          "storage_path": string | null;
          "storage_version": string | null;
          "undo": Json | null;
          "updated_at": string;
          "validated_at": string | null;
          "warning_counts": NonNullable<Json>;
        };
        SetofOptions: {
          from: "*";
          to: "simplicity_batches";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "hold_slice": { Args: { "batch": string; "slice": number; "token": string }; Returns: undefined };
      "ids_from": { Args: { "beginning": string; "filler": string }; Returns: string };
      "ingest_job": { Args: { "batch": string }; Returns: string };
      "insert_batch": { Args: { "batch": string; "token": string }; Returns: Json };
      "is_drop": { Args: { "bucket": string; "metadata": Json; "path": string }; Returns: boolean };
      "is_ended_by_operator": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: boolean;
      };
      "is_formula": { Args: { "value": string }; Returns: boolean };
      "is_read_in_order": { Args: { "rows_to_meet": number }; Returns: boolean };
      "judge_bytes": {
        Args: {
          "bytes": Json;
          "known": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: string;
      };
      "judgment_lineage": { Args: { "judgment": number }; Returns: Json };
      "known_bytes": {
        Args: { "bytes": Json };
        Returns: {
          "admitted_percent": number | null;
          "approved_attempt": number | null;
          "asked_by_operator": boolean;
          "attempt": number;
          "completed_at": string | null;
          "created_at": string;
          "created_by": string;
          "created_by_kind": string;
          "db_duration_ms": number | null;
          "dialect": Json | null;
          "dry_run": boolean;
          "duplicate_of": string | null;
          "error_threshold_percent": number;
          "file_hash": string | null;
          "file_size_bytes": number | null;
          "filename": string;
          "first_unread_line": number | null;
          "id": string;
          "ignored_columns": (string)[];
          "layout": Json | null;
          "notes": (string)[];
          "parse_duration_ms": number | null;
          "priority": number;
          "progress_at": string;
          "rejection_code": string | null;
          "rejection_reason": string | null;
          "rejects_truncated": boolean;
          "replay_of": string | null;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_staged": number;
          "row_count_total": number;
          "row_count_unread": number;
          "row_count_valid": number;
          "scan": Json | null;
          "source": string;
          "source_reference": string | null;
          "staged_at": string | null;
          "staging_started_at": string | null;
          "status": string;
          "status_changed_at": string;
          "storage_bucket": string | null;
          "storage_etag": string | null;
          "storage_path": string | null;
          "storage_version": string | null;
          "undo": Json | null;
          "updated_at": string;
          "validated_at": string | null;
          "warning_counts": NonNullable<Json>;
        };
        SetofOptions: {
          from: "*";
          to: "simplicity_batches";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "least_threshold": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: number;
      };
      "list_batches": {
        Args: { "page": number; "page_size": number; "q": string; "source": string; "status": string };
        Returns: Json;
      };
      "list_errors": {
        Args: { "batch": string; "code": string; "for_source"?: string; "page": number; "page_size": number };
        Returns: Json;
      };
      "lock_hash": { Args: { "hash": string }; Returns: undefined };
      "lock_in_state": {
        Args: { "allowed": (string)[]; "batch": string };
        Returns: {
          "admitted_percent": number | null;
          "approved_attempt": number | null;
          "asked_by_operator": boolean;
          "attempt": number;
          "completed_at": string | null;
          "created_at": string;
          "created_by": string;
          "created_by_kind": string;
          "db_duration_ms": number | null;
          "dialect": Json | null;
          "dry_run": boolean;
          "duplicate_of": string | null;
          "error_threshold_percent": number;
          "file_hash": string | null;
          "file_size_bytes": number | null;
          "filename": string;
          "first_unread_line": number | null;
          "id": string;
          "ignored_columns": (string)[];
          "layout": Json | null;
          "notes": (string)[];
          "parse_duration_ms": number | null;
          "priority": number;
          "progress_at": string;
          "rejection_code": string | null;
          "rejection_reason": string | null;
          "rejects_truncated": boolean;
          "replay_of": string | null;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_staged": number;
          "row_count_total": number;
          "row_count_unread": number;
          "row_count_valid": number;
          "scan": Json | null;
          "source": string;
          "source_reference": string | null;
          "staged_at": string | null;
          "staging_started_at": string | null;
          "status": string;
          "status_changed_at": string;
          "storage_bucket": string | null;
          "storage_etag": string | null;
          "storage_path": string | null;
          "storage_version": string | null;
          "undo": Json | null;
          "updated_at": string;
          "validated_at": string | null;
          "warning_counts": NonNullable<Json>;
        };
        SetofOptions: {
          from: "*";
          to: "simplicity_batches";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "lock_known": {
        Args: { "bytes": Json };
        Returns: {
          "admitted_percent": number | null;
          "approved_attempt": number | null;
          "asked_by_operator": boolean;
          "attempt": number;
          "completed_at": string | null;
          "created_at": string;
          "created_by": string;
          "created_by_kind": string;
          "db_duration_ms": number | null;
          "dialect": Json | null;
          "dry_run": boolean;
          "duplicate_of": string | null;
          "error_threshold_percent": number;
          "file_hash": string | null;
          "file_size_bytes": number | null;
          "filename": string;
          "first_unread_line": number | null;
          "id": string;
          "ignored_columns": (string)[];
          "layout": Json | null;
          "notes": (string)[];
          "parse_duration_ms": number | null;
          "priority": number;
          "progress_at": string;
          "rejection_code": string | null;
          "rejection_reason": string | null;
          "rejects_truncated": boolean;
          "replay_of": string | null;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_staged": number;
          "row_count_total": number;
          "row_count_unread": number;
          "row_count_valid": number;
          "scan": Json | null;
          "source": string;
          "source_reference": string | null;
          "staged_at": string | null;
          "staging_started_at": string | null;
          "status": string;
          "status_changed_at": string;
          "storage_bucket": string | null;
          "storage_etag": string | null;
          "storage_path": string | null;
          "storage_version": string | null;
          "undo": Json | null;
          "updated_at": string;
          "validated_at": string | null;
          "warning_counts": NonNullable<Json>;
        };
        SetofOptions: {
          from: "*";
          to: "simplicity_batches";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "lock_repairs": { Args: { "batch": string }; Returns: undefined };
      "map_plaintiffs": { Args: { "batch": string }; Returns: Record<string, unknown> };
      "max_kept_duplicates": { Args: Record<PropertyKey, never>; Returns: number };
      "max_kept_rejects": { Args: Record<PropertyKey, never>; Returns: number };
      "max_mapped_names": { Args: Record<PropertyKey, never>; Returns: number };
      "max_rows_per_undo_step": { Args: Record<PropertyKey, never>; Returns: number };
      "max_slices_per_batch": { Args: Record<PropertyKey, never>; Returns: number };
      "max_swept_objects": { Args: Record<PropertyKey, never>; Returns: number };
      "most_announced": { Args: Record<PropertyKey, never>; Returns: number };
      "move_batch": {
        Args: { "batch": string; "code"?: string; "new_status": string; "reason"?: string };
        Returns: {
          "admitted_percent": number | null;
          "approved_attempt": number | null;
          "asked_by_operator": boolean;
          "attempt": number;
          "completed_at": string | null;
          "created_at": string;
          "created_by": string;
          "created_by_kind": string;
          "db_duration_ms": number | null;
          "dialect": Json | null;
          "dry_run": boolean;
          "duplicate_of": string | null;
          "error_threshold_percent": number;
          "file_hash": string | null;
          "file_size_bytes": number | null;
          "filename": string;
          "first_unread_line": number | null;
          "id": string;
          "ignored_columns": (string)[];
          "layout": Json | null;
          "notes": (string)[];
          "parse_duration_ms": number | null;
          "priority": number;
          "progress_at": string;
          "rejection_code": string | null;
          "rejection_reason": string | null;
          "rejects_truncated": boolean;
          "replay_of": string | null;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_staged": number;
          "row_count_total": number;
          "row_count_unread": number;
          "row_count_valid": number;
          "scan": Json | null;
          "source": string;
          "source_reference": string | null;
          "staged_at": string | null;
          "staging_started_at": string | null;
          "status": string;
          "status_changed_at": string;
          "storage_bucket": string | null;
          "storage_etag": string | null;
          "storage_path": string | null;
          "storage_version": string | null;
          "undo": Json | null;
          "updated_at": string;
          "validated_at": string | null;
          "warning_counts": NonNullable<Json>;
        };
        SetofOptions: {
          from: "*";
          to: "simplicity_batches";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "move_object": {
        Args: {
          "bucket": string;
          "new_path": string;
          "new_version": string;
          "path": string;
          "version": string;
        };
        Returns: boolean;
      };
      "move_rows": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "firsts": (number)[];
          "plaintiffs": (string)[];
        };
        Returns: number;
      };
      "move_sweep_place": { Args: Record<PropertyKey, never>; Returns: undefined };
      "names_met": {
        Args: { "batch": string };
        Returns: {
          "block_no": number;
          "case_number": string;
          "name": string;
          "place": number;
          "row_index": number;
          "slice_no": number;
        }[];
      };
      "needs_approval": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: boolean;
      };
      "nobody": { Args: Record<PropertyKey, never>; Returns: string };
      "note_header_change": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: undefined;
      };
      "note_repairs": { Args: { "original": string }; Returns: undefined };
      "object_state": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: string;
      };
      "open_reservation": { Args: { "hash": string; "lease": string; "request": Json }; Returns: Json };
      "open_slices": { Args: { "batch": string; "slices": Json }; Returns: undefined };
      "orphans_reason": { Args: { "orphans": number }; Returns: string };
      "own_relations": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "source": string;
        };
        Returns: Json;
      };
      "place_of": { Args: { "batch": string; "row_index": number }; Returns: Json };
      "plaintiff_names": {
        Args: { "batch": string };
        Returns: {
          "case_number": string;
          "name": string;
          "normalized": string;
          "row_index": number;
        }[];
      };
      "progress_of": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: number;
      };
      "put_source": {
        Args: { "actor": string; "request_id": string; "settings": Json; "source": string };
        Returns: Json;
      };
      "queue_batch": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: undefined;
      };
      "record_duplicates": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "duplicates": number;
        };
        Returns: undefined;
      };
      "record_rejects": { Args: { "attempt": number; "batch": string; "rejects": Json }; Returns: undefined };
      "record_repairs": {
        Args: {
          "replay": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: string;
      };
      "recount_days": { Args: Record<PropertyKey, never>; Returns: undefined };
      "recount_standing": { Args: { "batch": string }; Returns: undefined };
      "redo_lost_slices": { Args: { "batch": string }; Returns: number };
      "refusal": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: {
          "code": string;
          "reason": string;
        }[];
      };
      "refuse_batch": {
        Args: { "actor": string; "batch": string; "reason": string; "request_id": string };
        Returns: Json;
      };
      "rejects_of": { Args: { "original": string; "rows": (number)[] }; Returns: Json };
      "release_upload": { Args: { "upload": string }; Returns: boolean };
      "renew_upload": { Args: { "upload": string }; Returns: boolean };
      "repair_origin": { Args: { "replay": string; "row_index": number }; Returns: Json };
      "repairs_in": {
        Args: { "replay": string };
        Returns: {
          "repaired_by_row": number;
          "row_index": number;
        }[];
      };
      "reservation_answer": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "outcome": string;
        };
        Returns: Json;
      };
      "reservation_lease": { Args: Record<PropertyKey, never>; Returns: string };
      "reserve_replay": { Args: { "original": string; "request": Json }; Returns: Json };
      "reserve_upload": { Args: { "request": Json }; Returns: Json };
      "resolve_rejects": { Args: { "batch": string }; Returns: number };
      "retried": {
        Args: {
          "new_row": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "old_row": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: {
          "admitted_percent": number | null;
          "approved_attempt": number | null;
          "asked_by_operator": boolean;
          "attempt": number;
          "completed_at": string | null;
          "created_at": string;
          "created_by": string;
          "created_by_kind": string;
          "db_duration_ms": number | null;
          "dialect": Json | null;
          "dry_run": boolean;
          "duplicate_of": string | null;
          "error_threshold_percent": number;
          "file_hash": string | null;
          "file_size_bytes": number | null;
          "filename": string;
          "first_unread_line": number | null;
          "id": string;
          "ignored_columns": (string)[];
          "layout": Json | null;
          "notes": (string)[];
          "parse_duration_ms": number | null;
          "priority": number;
          "progress_at": string;
          "rejection_code": string | null;
          "rejection_reason": string | null;
          "rejects_truncated": boolean;
          "replay_of": string | null;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_staged": number;
          "row_count_total": number;
          "row_count_unread": number;
          "row_count_valid": number;
          "scan": Json | null;
          "source": string;
          "source_reference": string | null;
          "staged_at": string | null;
          "staging_started_at": string | null;
          "status": string;
          "status_changed_at": string;
          "storage_bucket": string | null;
          "storage_etag": string | null;
          "storage_path": string | null;
          "storage_version": string | null;
          "undo": Json | null;
          "updated_at": string;
          "validated_at": string | null;
          "warning_counts": NonNullable<Json>;
        };
        SetofOptions: {
          from: "*";
          to: "simplicity_batches";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "retry": {
        Args: { "batch": string; "by_operator": boolean; "options": Json };
        Returns: {
          "admitted_percent": number | null;
          "approved_attempt": number | null;
          "asked_by_operator": boolean;
          "attempt": number;
          "completed_at": string | null;
          "created_at": string;
          "created_by": string;
          "created_by_kind": string;
          "db_duration_ms": number | null;
          "dialect": Json | null;
          "dry_run": boolean;
          "duplicate_of": string | null;
          "error_threshold_percent": number;
          "file_hash": string | null;
          "file_size_bytes": number | null;
          "filename": string;
          "first_unread_line": number | null;
          "id": string;
          "ignored_columns": (string)[];
          "layout": Json | null;
          "notes": (string)[];
          "parse_duration_ms": number | null;
          "priority": number;
          "progress_at": string;
          "rejection_code": string | null;
          "rejection_reason": string | null;
          "rejects_truncated": boolean;
          "replay_of": string | null;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_staged": number;
          "row_count_total": number;
          "row_count_unread": number;
          "row_count_valid": number;
          "scan": Json | null;
          "source": string;
          "source_reference": string | null;
          "staged_at": string | null;
          "staging_started_at": string | null;
          "status": string;
          "status_changed_at": string;
          "storage_bucket": string | null;
          "storage_etag": string | null;
          "storage_path": string | null;
          "storage_version": string | null;
          "undo": Json | null;
          "updated_at": string;
          "validated_at": string | null;
          "warning_counts": NonNullable<Json>;
        };
        SetofOptions: {
          from: "*";
          to: "simplicity_batches";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "retry_batch": {
        Args: { "actor": string; "batch": string; "request_id": string; "threshold": number };
        Returns: Json;
      };
      "retry_given_up": { Args: { "batch": string }; Returns: boolean };
      "retry_repaired": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: boolean;
      };
      "row_fate": { Args: { "batch": string; "row_index": number }; Returns: Json };
      "save_scan": { Args: { "batch": string; "scan": Json; "token": string }; Returns: undefined };
      "settle_replay": {
        Args: {
          "replay": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: undefined;
      };
      "settle_upload": { Args: { "actor": string; "request_id": string; "upload": string }; Returns: Json };
      "share_judgments": { Args: Record<PropertyKey, never>; Returns: undefined };
      "signed_upload_lease": { Args: Record<PropertyKey, never>; Returns: string };
      "skip_known": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "hash": string;
        };
        Returns: Json;
      };
      "source_of": { Args: { "path": string }; Returns: string };
      "split_slice": {
        Args: { "batch": string; "rest": Json; "slice": number; "tally": Json; "token": string };
        Returns: Json;
      };
      "stage_block": { Args: { "": string }; Returns: undefined };
      "staged_rows": {
        Args: { "batch": string; "up_to"?: number };
        Returns: {
          "case_number": string;
          "line": string;
          "row_index": number;
        }[];
      };
      "stop_work": { Args: { "batch": string; "reason": string }; Returns: undefined };
      "stored_object": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: Json;
      };
      "sweep": { Args: Record<PropertyKey, never>; Returns: number };
      "swept_objects": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "bucket_id": string;
          "changed_at": string;
          "created_at": string;
          "metadata": Json;
          "name": string;
          "version": string;
        }[];
      };
      "take_back_repairs": {
        Args: {
          "replay": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: undefined;
      };
      "take_over": {
        Args: {
          "by_operator": boolean;
          "fresh": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "known": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "options": Json;
        };
        Returns: {
          "admitted_percent": number | null;
          "approved_attempt": number | null;
          "asked_by_operator": boolean;
          "attempt": number;
          "completed_at": string | null;
          "created_at": string;
          "created_by": string;
          "created_by_kind": string;
          "db_duration_ms": number | null;
          "dialect": Json | null;
          "dry_run": boolean;
          "duplicate_of": string | null;
          "error_threshold_percent": number;
          "file_hash": string | null;
          "file_size_bytes": number | null;
          "filename": string;
          "first_unread_line": number | null;
          "id": string;
          "ignored_columns": (string)[];
          "layout": Json | null;
          "notes": (string)[];
          "parse_duration_ms": number | null;
          "priority": number;
          "progress_at": string;
          "rejection_code": string | null;
          "rejection_reason": string | null;
          "rejects_truncated": boolean;
          "replay_of": string | null;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_staged": number;
          "row_count_total": number;
          "row_count_unread": number;
          "row_count_valid": number;
          "scan": Json | null;
          "source": string;
          "source_reference": string | null;
          "staged_at": string | null;
          "staging_started_at": string | null;
          "status": string;
          "status_changed_at": string;
          "storage_bucket": string | null;
          "storage_etag": string | null;
          "storage_path": string | null;
          "storage_version": string | null;
          "undo": Json | null;
          "updated_at": string;
          "validated_at": string | null;
          "warning_counts": NonNullable<Json>;
        };
        SetofOptions: {
          from: "*";
          to: "simplicity_batches";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "too_costly": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
          "slice": number;
        };
        Returns: string;
      };
      "total_up": {
        Args: { "batch": string };
        Returns: {
          "admitted_percent": number | null;
          "approved_attempt": number | null;
          "asked_by_operator": boolean;
          "attempt": number;
          "completed_at": string | null;
          "created_at": string;
          "created_by": string;
          "created_by_kind": string;
          "db_duration_ms": number | null;
          "dialect": Json | null;
          "dry_run": boolean;
          "duplicate_of": string | null;
          "error_threshold_percent": number;
          "file_hash": string | null;
          "file_size_bytes": number | null;
          "filename": string;
          "first_unread_line": number | null;
          "id": string;
          "ignored_columns": (string)[];
          "layout": Json | null;
          "notes": (string)[];
          "parse_duration_ms": number | null;
          "priority": number;
          "progress_at": string;
          "rejection_code": string | null;
          "rejection_reason": string | null;
          "rejects_truncated": boolean;
          "replay_of": string | null;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_staged": number;
          "row_count_total": number;
          "row_count_unread": number;
          "row_count_valid": number;
          "scan": Json | null;
          "source": string;
          "source_reference": string | null;
          "staged_at": string | null;
          "staging_started_at": string | null;
          "status": string;
          "status_changed_at": string;
          "storage_bucket": string | null;
          "storage_etag": string | null;
          "storage_path": string | null;
          "storage_version": string | null;
          "undo": Json | null;
          "updated_at": string;
          "validated_at": string | null;
          "warning_counts": NonNullable<Json>;
        };
        SetofOptions: {
          from: "*";
          to: "simplicity_batches";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "try_known": {
        Args: { "bytes": Json };
        Returns: {
          "admitted_percent": number | null;
          "approved_attempt": number | null;
          "asked_by_operator": boolean;
          "attempt": number;
          "completed_at": string | null;
          "created_at": string;
          "created_by": string;
          "created_by_kind": string;
          "db_duration_ms": number | null;
          "dialect": Json | null;
          "dry_run": boolean;
          "duplicate_of": string | null;
          "error_threshold_percent": number;
          "file_hash": string | null;
          "file_size_bytes": number | null;
          "filename": string;
          "first_unread_line": number | null;
          "id": string;
          "ignored_columns": (string)[];
          "layout": Json | null;
          "notes": (string)[];
          "parse_duration_ms": number | null;
          "priority": number;
          "progress_at": string;
          "rejection_code": string | null;
          "rejection_reason": string | null;
          "rejects_truncated": boolean;
          "replay_of": string | null;
          "row_count_duplicate": number;
          "row_count_inserted": number;
          "row_count_invalid": number;
          "row_count_staged": number;
          "row_count_total": number;
          "row_count_unread": number;
          "row_count_valid": number;
          "scan": Json | null;
          "source": string;
          "source_reference": string | null;
          "staged_at": string | null;
          "staging_started_at": string | null;
          "status": string;
          "status_changed_at": string;
          "storage_bucket": string | null;
          "storage_etag": string | null;
          "storage_path": string | null;
          "storage_version": string | null;
          "undo": Json | null;
          "updated_at": string;
          "validated_at": string | null;
          "warning_counts": NonNullable<Json>;
        };
        SetofOptions: {
          from: "*";
          to: "simplicity_batches";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "unclaimed_objects": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "bucket_id": string;
          "created_at": string;
          "metadata": Json;
          "name": string;
          "version": string;
        }[];
      };
      "undo_batch": {
        Args: { "actor": string; "batch": string; "reason": string; "request_id": string };
        Returns: Json;
      };
      "undo_of": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: Json;
      };
      "undo_step": { Args: { "job": string; "token": string }; Returns: Json };
      "unread_reason": {
        Args: { "first_line": number; "threshold": number; "total": number; "unread": number };
        Returns: string;
      };
      "vendor_refusal": { Args: { "request": Json }; Returns: Json };
      "warning_notes": { Args: { "batch": string }; Returns: (string)[] };
      "warnings_of": { Args: { "batch": string }; Returns: Json };
      "why_ended": {
        Args: {
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: string;
      };
      "with_announcement": { Args: { "request": Json }; Returns: Json };
      "wrong_state": {
        Args: {
          "allowed": (string)[];
          "batch": Omit<
            Database["intake"]["Tables"]["simplicity_batches"]["Row"],
            Database["intake"]["Tables"]["simplicity_batches"]["ComputedFields"]
          >;
        };
        Returns: Json;
      };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
  "legal": {
    Tables: {
      "authorizations": {
        Row: {
          "holds": unknown;
          "is_proof": boolean;
          "plaintiff_id": string;
        };
        ComputedFields: never;
        Insert: {
          "holds": unknown;
          "is_proof": boolean;
          "plaintiff_id": string;
        };
        Update: {
          "holds"?: unknown;
          "is_proof"?: boolean;
          "plaintiff_id"?: string;
        };
        Relationships: [];
      };
      "consents": {
        Row: {
          "accepted_at": string;
          "consent_type": string;
          "evidence_file_id": string;
          "id": string;
          "is_proof": boolean;
          "plaintiff_id": string;
          "registered_at": string;
          "revoked_at": string | null;
          "revoked_reason": string | null;
          "status": string;
          "valid_from": string;
          "valid_until": string | null;
          "version": string;
        };
        ComputedFields: never;
        Insert: {
          "accepted_at"?: string;
          "consent_type": string;
          "evidence_file_id": string;
          "id"?: string;
          "is_proof"?: boolean;
          "plaintiff_id": string;
          "registered_at"?: string;
          "revoked_at"?: string | null;
          "revoked_reason"?: string | null;
          "status"?: string;
          "valid_from"?: string;
          "valid_until"?: string | null;
          "version": string;
        };
        Update: {
          "accepted_at"?: string;
          "consent_type"?: string;
          "evidence_file_id"?: string;
          "id"?: string;
          "is_proof"?: boolean;
          "plaintiff_id"?: string;
          "registered_at"?: string;
          "revoked_at"?: string | null;
          "revoked_reason"?: string | null;
          "status"?: string;
          "valid_from"?: string;
          "valid_until"?: string | null;
          "version"?: string;
        };
        Relationships: [];
      };
    };
    Views: {
      "v_consents_in_force": {
        Row: {
          "consent_id": string;
          "consent_type": string;
          "plaintiff_id": string;
          "valid_from": string;
          "valid_until": string | null;
          "version": string;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "v_standing_consents": {
        Row: {
          "consent_id": string;
          "consent_type": string;
          "plaintiff_id": string;
          "valid_from": string;
          "valid_until": string | null;
          "version": string;
        };
        ComputedFields: never;
        Relationships: [];
      };
    };
    Functions: {
      "end_of": { Args: { "valid_until": string }; Returns: string };
      "expire_consents": { Args: Record<PropertyKey, never>; Returns: number };
      "is_active": { Args: { "plaintiff_id": string }; Returns: boolean };
      "is_authorized": { Args: { "plaintiff_id": string }; Returns: boolean };
      "keep_authorization": { Args: { "plaintiff": string }; Returns: undefined };
      "lock_standing": { Args: { "plaintiff": string }; Returns: string };
      "merge_plaintiffs": {
        Args: {
          "actor": string;
          "into_plaintiff": string;
          "plaintiff": string;
          "reason": string;
          "request_id": string;
        };
        Returns: Json;
      };
      "missing_consents": { Args: { "plaintiff_id": string }; Returns: (string)[] };
      "recount_authorizations": { Args: Record<PropertyKey, never>; Returns: number };
      "register_consent": {
        Args: {
          "actor": string;
          "consent_type": string;
          "evidence_file": string;
          "plaintiff": string;
          "request_id": string;
          "valid_from": string;
          "valid_until": string;
          "version": string;
        };
        Returns: Json;
      };
      "revoke_consent": {
        Args: { "actor": string; "consent": string; "reason": string; "request_id": string };
        Returns: Json;
      };
      "take_apart": {
        Args: { "actor": string; "plaintiff": string; "reason": string; "request_id": string };
        Returns: Json;
      };
      "times_of": { Args: { "plaintiff": string }; Returns: unknown };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
  "ops": {
    Tables: {
      "alert_digests": {
        Row: {
          "alerts": number;
          "decided_at": string;
          "digest_on": string;
        };
        ComputedFields: never;
        Insert: {
          "alerts": number;
          "decided_at"?: string;
          "digest_on": string;
        };
        Update: {
          "alerts"?: number;
          "decided_at"?: string;
          "digest_on"?: string;
        };
        Relationships: [];
      };
      "alerts": {
        Row: {
          "check": string;
          "count": number;
          "fingerprint": string;
          "first_seen": string;
          "id": string;
          "last_seen": string;
          "level": string;
          "message": string;
          "notices": number;
          "notified_at": string | null;
          "remedy": string | null;
          "resolved_at": string | null;
          "silence_reason": string | null;
          "silenced_by": string | null;
          "silenced_until": string | null;
          "state": string;
          "describe_alert": Json | null;
        };
        ComputedFields: "describe_alert";
        Insert: {
          "check": string;
          "count"?: number;
          "fingerprint": string;
          "first_seen"?: string;
          "id"?: string;
          "last_seen"?: string;
          "level": string;
          "message": string;
          "notices"?: number;
          "notified_at"?: string | null;
          "remedy"?: string | null;
          "resolved_at"?: string | null;
          "silence_reason"?: string | null;
          "silenced_by"?: string | null;
          "silenced_until"?: string | null;
          "state"?: string;
        };
        Update: {
          "check"?: string;
          "count"?: number;
          "fingerprint"?: string;
          "first_seen"?: string;
          "id"?: string;
          "last_seen"?: string;
          "level"?: string;
          "message"?: string;
          "notices"?: number;
          "notified_at"?: string | null;
          "remedy"?: string | null;
          "resolved_at"?: string | null;
          "silence_reason"?: string | null;
          "silenced_by"?: string | null;
          "silenced_until"?: string | null;
          "state"?: string;
        };
        Relationships: [];
      };
      "expected_workers": {
        Row: {
          "since": string;
          "worker_type": string;
        };
        ComputedFields: never;
        Insert: {
          "since"?: string;
          "worker_type": string;
        };
        Update: {
          "since"?: string;
          "worker_type"?: string;
        };
        Relationships: [];
      };
      "guard_triggers": {
        Row: {
          "must_be": string;
          "table_name": string;
          "trigger_name": string;
        };
        ComputedFields: never;
        Insert: {
          "must_be"?: string;
          "table_name": string;
          "trigger_name": string;
        };
        Update: {
          "must_be"?: string;
          "table_name"?: string;
          "trigger_name"?: string;
        };
        Relationships: [];
      };
      "job_queue": {
        Row: {
          "attempts": number;
          "batch_id": string | null;
          "created_at": string;
          "dead_lettered_at": string | null;
          "dedupe_key": string | null;
          "id": string;
          "job_type": string;
          "last_error": string | null;
          "lease_expires_at": string | null;
          "lease_token": string | null;
          "locked_at": string | null;
          "locked_by": string | null;
          "losses": number;
          "max_attempts": number;
          "next_run_at": string;
          "payload": NonNullable<Json>;
          "priority": number;
          "redriven_at": string | null;
          "redriven_by": string | null;
          "redrives": number;
          "status": string;
          "updated_at": string;
          "describe_job": Json | null;
          "is_open": boolean | null;
          "source_of": string | null;
        };
        ComputedFields: "describe_job" | "is_open" | "source_of";
        Insert: {
          "attempts"?: number;
          "batch_id"?: string | null;
          "created_at"?: string;
          "dead_lettered_at"?: string | null;
          "dedupe_key"?: string | null;
          "id"?: string;
          "job_type": string;
          "last_error"?: string | null;
          "lease_expires_at"?: string | null;
          "lease_token"?: string | null;
          "locked_at"?: string | null;
          "locked_by"?: string | null;
          "losses"?: number;
          "max_attempts"?: number;
          "next_run_at"?: string;
          "payload"?: NonNullable<Json>;
          "priority"?: number;
          "redriven_at"?: string | null;
          "redriven_by"?: string | null;
          "redrives"?: number;
          "status"?: string;
          "updated_at"?: string;
        };
        Update: {
          "attempts"?: number;
          "batch_id"?: string | null;
          "created_at"?: string;
          "dead_lettered_at"?: string | null;
          "dedupe_key"?: string | null;
          "id"?: string;
          "job_type"?: string;
          "last_error"?: string | null;
          "lease_expires_at"?: string | null;
          "lease_token"?: string | null;
          "locked_at"?: string | null;
          "locked_by"?: string | null;
          "losses"?: number;
          "max_attempts"?: number;
          "next_run_at"?: string;
          "payload"?: NonNullable<Json>;
          "priority"?: number;
          "redriven_at"?: string | null;
          "redriven_by"?: string | null;
          "redrives"?: number;
          "status"?: string;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "queue_control": {
        Row: {
          "changed_at": string;
          "changed_by": string;
          "job_type": string;
          "paused": boolean;
          "reason": string | null;
        };
        ComputedFields: never;
        Insert: {
          "changed_at"?: string;
          "changed_by"?: string;
          "job_type": string;
          "paused"?: boolean;
          "reason"?: string | null;
        };
        Update: {
          "changed_at"?: string;
          "changed_by"?: string;
          "job_type"?: string;
          "paused"?: boolean;
          "reason"?: string | null;
        };
        Relationships: [];
      };
      "rate_buckets": {
        Row: {
          "bucket": string;
          "refilled_at": string;
          "tokens": number;
        };
        ComputedFields: never;
        Insert: {
          "bucket": string;
          "refilled_at": string;
          "tokens": number;
        };
        Update: {
          "bucket"?: string;
          "refilled_at"?: string;
          "tokens"?: number;
        };
        Relationships: [];
      };
      "sentinel_runs": {
        Row: {
          "exit_code": number;
          "id": number;
          "overall_status": string;
          "ran_at": string;
          "ran_by": string;
          "result": NonNullable<Json>;
        };
        ComputedFields: never;
        Insert: {
          "exit_code": number;
          "id"?: never;
          "overall_status": string;
          "ran_at": string;
          "ran_by": string;
          "result": NonNullable<Json>;
        };
        Update: {
          "exit_code"?: number;
          "id"?: never;
          "overall_status"?: string;
          "ran_at"?: string;
          "ran_by"?: string;
          "result"?: NonNullable<Json>;
        };
        Relationships: [];
      };
      "source_turns": {
        Row: {
          "served_at": string;
          "source": string;
        };
        ComputedFields: never;
        Insert: {
          "served_at": string;
          "source": string;
        };
        Update: {
          "served_at"?: string;
          "source"?: string;
        };
        Relationships: [];
      };
      "vendor_feeds": {
        Row: {
          "content_hash": string | null;
          "etag": string | null;
          "failures": number;
          "last_modified": string | null;
          "last_pulled_at": string | null;
          "last_status": string | null;
          "probe_at": string | null;
          "since": string | null;
          "source": string;
        };
        ComputedFields: never;
        Insert: {
          "content_hash"?: string | null;
          "etag"?: string | null;
          "failures"?: number;
          "last_modified"?: string | null;
          "last_pulled_at"?: string | null;
          "last_status"?: string | null;
          "probe_at"?: string | null;
          "since"?: string | null;
          "source": string;
        };
        Update: {
          "content_hash"?: string | null;
          "etag"?: string | null;
          "failures"?: number;
          "last_modified"?: string | null;
          "last_pulled_at"?: string | null;
          "last_status"?: string | null;
          "probe_at"?: string | null;
          "since"?: string | null;
          "source"?: string;
        };
        Relationships: [];
      };
      "wake_calls": {
        Row: {
          "called_at": string;
          "request_id": number;
          "target": string;
        };
        ComputedFields: never;
        Insert: {
          "called_at"?: string;
          "request_id": number;
          "target": string;
        };
        Update: {
          "called_at"?: string;
          "request_id"?: number;
          "target"?: string;
        };
        Relationships: [];
      };
      "worker_heartbeats": {
        Row: {
          "cpu_ms_last": number | null;
          "jobs_done": number;
          "jobs_failed": number;
          "last_seen_at": string;
          "memory_mb": number | null;
          "status": string;
          "version": string | null;
          "worker_id": string;
          "worker_type": string;
        };
        ComputedFields: never;
        Insert: {
          "cpu_ms_last"?: number | null;
          "jobs_done"?: number;
          "jobs_failed"?: number;
          "last_seen_at"?: string;
          "memory_mb"?: number | null;
          "status"?: string;
          "version"?: string | null;
          "worker_id": string;
          "worker_type": string;
        };
        Update: {
          "cpu_ms_last"?: number | null;
          "jobs_done"?: number;
          "jobs_failed"?: number;
          "last_seen_at"?: string;
          "memory_mb"?: number | null;
          "status"?: string;
          "version"?: string | null;
          "worker_id"?: string;
          "worker_type"?: string;
        };
        Relationships: [];
      };
    };
    Views: {
      "v_batch_performance": {
        Row: {
          "avg_db_ms": number | null;
          "avg_parse_ms": number | null;
          "avg_total_ms": number | null;
          "completed_batches": number | null;
          "dedupe_rate_pct": number | null;
          "error_rate_pct": number | null;
          "error_rows": number | null;
          "failed_batches": number | null;
          "hour_bucket": string | null;
          "inserted_rows": number | null;
          "skipped_rows": number | null;
          "total_batches": number | null;
          "total_rows": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "v_error_distribution": {
        Row: {
          "affected_batches": number | null;
          "error_code": string;
          "last_seen_at": string | null;
          "occurrence_count": number | null;
          "sample_message": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "v_live_feed_events": {
        Row: {
          "amount": number | null;
          "event_id": string | null;
          "event_time": string | null;
          "event_type": string | null;
          "message": string | null;
          "seconds_ago": number | null;
          "status": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "v_pipeline_health": {
        Row: {
          "batch_count": number | null;
          "newest_batch_at": string | null;
          "oldest_age_minutes": number | null;
          "oldest_batch_at": string | null;
          "status": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "v_quality_trend": {
        Row: {
          "error_rate_pct": number | null;
          "month": string | null;
          "source": string | null;
          "top_error_code": string | null;
          "total_rows": number | null;
          "week": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "v_system_health": {
        Row: {
          "checked_at": string | null;
          "enforcement_last_heartbeat": string | null;
          "enforcement_status": string | null;
          "ingest_last_heartbeat": string | null;
          "ingest_status": string | null;
          "queue_depth": number | null;
          "queue_processing": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
    };
    Functions: {
      "act_as": { Args: { "actor": string; "request_id": string }; Returns: undefined };
      "act_for": { Args: { "actor": string; "request_id"?: string }; Returns: undefined };
      "actor": { Args: Record<PropertyKey, never>; Returns: string };
      "backoff": { Args: { "failures": number }; Returns: string };
      "beat": { Args: { "job": string; "slice": number; "token": string }; Returns: boolean };
      "beat_worker": {
        Args: {
          "jobs_done": number;
          "jobs_failed": number;
          "memory_mb": number;
          "status": string;
          "version": string;
          "worker_id": string;
          "worker_type": string;
        };
        Returns: undefined;
      };
      "begin_vendor_pull": { Args: { "job": string; "token": string }; Returns: Json };
      "checkpoint": {
        Args: { "job": string; "slice": number; "state"?: Json; "token": string };
        Returns: undefined;
      };
      "claim": { Args: { "holder": string; "types": (string)[] }; Returns: Json };
      "claim_job": { Args: { "holder": string; "job": string }; Returns: Json };
      "claimable_units": {
        Args: { "types": (string)[] };
        Returns: {
          "batch_id": string;
          "batch_units": number;
          "created_at": string;
          "is_slice": boolean;
          "job_id": string;
          "priority": number;
          "served_at": string;
          "source": string;
          "source_units": number;
          "was_lost": boolean;
        }[];
      };
      "count_loss": {
        Args: { "holder": string; "job": string; "of_job": boolean; "slice": number };
        Returns: undefined;
      };
      "decide_alerts": { Args: { "channels": (string)[]; "findings": Json }; Returns: number };
      "decide_digest": { Args: { "at"?: string; "channels": (string)[] }; Returns: boolean };
      "describe_alert": {
        Args: {
          "alert": Omit<
            Database["ops"]["Tables"]["alerts"]["Row"],
            Database["ops"]["Tables"]["alerts"]["ComputedFields"]
          >;
        };
        Returns: Json;
      };
      "describe_job": {
        Args: {
          "job": Omit<
            Database["ops"]["Tables"]["job_queue"]["Row"],
            Database["ops"]["Tables"]["job_queue"]["ComputedFields"]
          >;
        };
        Returns: Json;
      };
      "describe_unit": {
        Args: {
          "job": Omit<
            Database["ops"]["Tables"]["job_queue"]["Row"],
            Database["ops"]["Tables"]["job_queue"]["ComputedFields"]
          >;
          "slice": number;
          "token": string;
        };
        Returns: Json;
      };
      "enqueue": {
        Args: {
          "batch_id"?: string;
          "dedupe_key": string;
          "job_type": string;
          "payload": Json;
          "priority"?: number;
        };
        Returns: string;
      };
      "fail": {
        Args: {
          "error": string;
          "for_good"?: boolean;
          "job": string;
          "slice": number;
          "token": string;
          "wait_seconds"?: number;
        };
        Returns: boolean;
      };
      "fail_vendor_pull": {
        Args: { "error": string; "job": string; "token": string; "wait_seconds"?: number };
        Returns: boolean;
      };
      "figures": { Args: { "subject": string }; Returns: Json };
      "finish": { Args: { "job": string; "note"?: string; "token": string }; Returns: undefined };
      "finish_vendor_pull": { Args: { "job": string; "result": Json; "token": string }; Returns: undefined };
      "give_up": { Args: { "costly"?: string; "error": string; "job": string }; Returns: undefined };
      "hold": {
        Args: { "job": string; "slice": number; "token": string };
        Returns: {
          "attempts": number;
          "batch_id": string | null;
          "created_at": string;
          "dead_lettered_at": string | null;
          "dedupe_key": string | null;
          "id": string;
          "job_type": string;
          "last_error": string | null;
          "lease_expires_at": string | null;
          "lease_token": string | null;
          "locked_at": string | null;
          "locked_by": string | null;
          "losses": number;
          "max_attempts": number;
          "next_run_at": string;
          "payload": NonNullable<Json>;
          "priority": number;
          "redriven_at": string | null;
          "redriven_by": string | null;
          "redrives": number;
          "status": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "job_queue";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "inspect_queues": { Args: { "queue"?: string }; Returns: Json };
      "is_by_hand": { Args: Record<PropertyKey, never>; Returns: boolean };
      "is_engine": { Args: Record<PropertyKey, never>; Returns: boolean };
      "is_from_function": { Args: Record<PropertyKey, never>; Returns: boolean };
      "is_open": {
        Args: {
          "job": Omit<
            Database["ops"]["Tables"]["job_queue"]["Row"],
            Database["ops"]["Tables"]["job_queue"]["ComputedFields"]
          >;
        };
        Returns: boolean;
      };
      "kind_of_actor": { Args: { "actor": string }; Returns: string };
      "lease_end": { Args: Record<PropertyKey, never>; Returns: string };
      "lease_job": {
        Args: { "as_whole"?: boolean; "holder": string; "job": string };
        Returns: {
          "attempts": number;
          "batch_id": string | null;
          "created_at": string;
          "dead_lettered_at": string | null;
          "dedupe_key": string | null;
          "id": string;
          "job_type": string;
          "last_error": string | null;
          "lease_expires_at": string | null;
          "lease_token": string | null;
          "locked_at": string | null;
          "locked_by": string | null;
          "losses": number;
          "max_attempts": number;
          "next_run_at": string;
          "payload": NonNullable<Json>;
          "priority": number;
          "redriven_at": string | null;
          "redriven_by": string | null;
          "redrives": number;
          "status": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "job_queue";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "let_go": {
        Args: { "job": string; "slice": number; "token": string; "wait"?: string };
        Returns: boolean;
      };
      "list_alerts": { Args: { "state"?: string }; Returns: Json };
      "lock_held": {
        Args: { "job": string; "slice": number; "token": string };
        Returns: {
          "attempts": number;
          "batch_id": string | null;
          "created_at": string;
          "dead_lettered_at": string | null;
          "dedupe_key": string | null;
          "id": string;
          "job_type": string;
          "last_error": string | null;
          "lease_expires_at": string | null;
          "lease_token": string | null;
          "locked_at": string | null;
          "locked_by": string | null;
          "losses": number;
          "max_attempts": number;
          "next_run_at": string;
          "payload": NonNullable<Json>;
          "priority": number;
          "redriven_at": string | null;
          "redriven_by": string | null;
          "redrives": number;
          "status": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "job_queue";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "lock_job": {
        Args: { "job": string };
        Returns: {
          "attempts": number;
          "batch_id": string | null;
          "created_at": string;
          "dead_lettered_at": string | null;
          "dedupe_key": string | null;
          "id": string;
          "job_type": string;
          "last_error": string | null;
          "lease_expires_at": string | null;
          "lease_token": string | null;
          "locked_at": string | null;
          "locked_by": string | null;
          "losses": number;
          "max_attempts": number;
          "next_run_at": string;
          "payload": NonNullable<Json>;
          "priority": number;
          "redriven_at": string | null;
          "redriven_by": string | null;
          "redrives": number;
          "status": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "job_queue";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "lost_units": {
        Args: { "types": (string)[] };
        Returns: {
          "batch_id": string;
          "holder": string;
          "job_id": string;
          "slice_no": number;
          "token": string;
        }[];
      };
      "max_units": { Args: Record<PropertyKey, never>; Returns: number };
      "metrics": { Args: Record<PropertyKey, never>; Returns: Json };
      "move_job": {
        Args: { "error"?: string; "job": string; "new_status": string; "wait"?: string };
        Returns: {
          "attempts": number;
          "batch_id": string | null;
          "created_at": string;
          "dead_lettered_at": string | null;
          "dedupe_key": string | null;
          "id": string;
          "job_type": string;
          "last_error": string | null;
          "lease_expires_at": string | null;
          "lease_token": string | null;
          "locked_at": string | null;
          "locked_by": string | null;
          "losses": number;
          "max_attempts": number;
          "next_run_at": string;
          "payload": NonNullable<Json>;
          "priority": number;
          "redriven_at": string | null;
          "redriven_by": string | null;
          "redrives": number;
          "status": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "job_queue";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "needs_more": { Args: { "types": (string)[] }; Returns: boolean };
      "note_failure": { Args: { "costly"?: string; "error": string; "job": string }; Returns: boolean };
      "note_progress": { Args: { "job": string; "state"?: Json }; Returns: undefined };
      "note_turn": { Args: { "source": string }; Returns: undefined };
      "notice_window": { Args: Record<PropertyKey, never>; Returns: string };
      "probe_interval": { Args: Record<PropertyKey, never>; Returns: string };
      "prune": { Args: Record<PropertyKey, never>; Returns: undefined };
      "prune_rate_buckets": { Args: Record<PropertyKey, never>; Returns: number };
      "put_back": { Args: { "job": string; "slice": number; "wait"?: string }; Returns: undefined };
      "queue_notice": {
        Args: {
          "alert": Omit<
            Database["ops"]["Tables"]["alerts"]["Row"],
            Database["ops"]["Tables"]["alerts"]["ComputedFields"]
          >;
          "channels": (string)[];
          "kind": string;
        };
        Returns: number;
      };
      "queue_vendor_pull": { Args: { "source"?: string }; Returns: string };
      "raise_alert": {
        Args: { "finding": Json };
        Returns: {
          "check": string;
          "count": number;
          "fingerprint": string;
          "first_seen": string;
          "id": string;
          "last_seen": string;
          "level": string;
          "message": string;
          "notices": number;
          "notified_at": string | null;
          "remedy": string | null;
          "resolved_at": string | null;
          "silence_reason": string | null;
          "silenced_by": string | null;
          "silenced_until": string | null;
          "state": string;
        };
        SetofOptions: {
          from: "*";
          to: "alerts";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "reap_leases": { Args: { "types"?: (string)[] }; Returns: number };
      "record_export": { Args: { "channels": (string)[]; "head": Json }; Returns: undefined };
      "record_sentinel_run": {
        Args: { "channels": (string)[]; "ran_by": string; "result": Json };
        Returns: Json;
      };
      "redrive_job": { Args: { "actor": string; "job": string; "request_id": string }; Returns: Json };
      "reset_queue": { Args: { "actor": string; "queue": string; "request_id": string }; Returns: Json };
      "resolve_alerts": { Args: { "channels": (string)[]; "findings": Json }; Returns: number };
      "scaled": { Args: { "seconds": number }; Returns: string };
      "set_door": { Args: { "door": string }; Returns: string };
      "set_job_status": {
        Args: { "actor": string; "job": string; "request_id": string; "status": string };
        Returns: Json;
      };
      "set_queue_paused": {
        Args: { "actor": string; "paused": boolean; "queue": string; "reason": string; "request_id": string };
        Returns: Json;
      };
      "share_after": { Args: { "losses": number }; Returns: number };
      "signs_of_life": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "expected": boolean;
          "last_seen": string;
          "overdue": boolean;
          "silent_seconds": number;
          "state": string;
          "worker_type": string;
        }[];
      };
      "silence": { Args: { "since": string }; Returns: number };
      "silence_alert": {
        Args: { "actor": string; "alert": string; "reason": string; "request_id": string; "seconds": number };
        Returns: Json;
      };
      "silence_check": {
        Args: {
          "actor": string;
          "check_name": string;
          "reason": string;
          "request_id": string;
          "seconds": number;
        };
        Returns: Json;
      };
      "silence_of": { Args: { "check_name": string }; Returns: string };
      "size_scale": { Args: Record<PropertyKey, never>; Returns: number };
      "source_of": {
        Args: {
          "job": Omit<
            Database["ops"]["Tables"]["job_queue"]["Row"],
            Database["ops"]["Tables"]["job_queue"]["ComputedFields"]
          >;
        };
        Returns: string;
      };
      "stuck_after": { Args: Record<PropertyKey, never>; Returns: string };
      "stuck_batches": {
        Args: { "quiet"?: string };
        Returns: {
          "batch_id": string;
          "filename": string;
          "minutes": number;
          "status": string;
        }[];
      };
      "stuck_jobs": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "attempts": number;
          "batch_id": string | null;
          "created_at": string;
          "dead_lettered_at": string | null;
          "dedupe_key": string | null;
          "id": string;
          "job_type": string;
          "last_error": string | null;
          "lease_expires_at": string | null;
          "lease_token": string | null;
          "locked_at": string | null;
          "locked_by": string | null;
          "losses": number;
          "max_attempts": number;
          "next_run_at": string;
          "payload": NonNullable<Json>;
          "priority": number;
          "redriven_at": string | null;
          "redriven_by": string | null;
          "redrives": number;
          "status": string;
          "updated_at": string;
        }[];
        SetofOptions: {
          from: "*";
          to: "job_queue";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "take_rate_token": {
        Args: { "bucket": string; "burst": number; "per_minute": number };
        Returns: {
          "allowed": boolean;
          "retry_after_seconds": number;
        }[];
      };
      "time_scale": { Args: Record<PropertyKey, never>; Returns: number };
      "vouched_actor": { Args: { "actor": string }; Returns: string };
      "wake": { Args: { "by"?: string; "target": string }; Returns: boolean };
      "wake_for": { Args: { "job_type": string }; Returns: boolean };
      "wake_outbound": { Args: Record<PropertyKey, never>; Returns: boolean };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
  "public": {
    Tables: {
      "judgments": {
        Row: {
          "amount": number;
          "batch_id": string | null;
          "case_number": string;
          "county": string | null;
          "court": string | null;
          "created_at": string;
          "defendant_address": string | null;
          "defendant_email": string | null;
          "defendant_name": string;
          "defendant_phone": string | null;
          "enforcement_stage": string;
          "enforcement_stage_updated_at": string | null;
          "filing_date": string | null;
          "id": number;
          "judgment_date": string;
          "plaintiff_id": string | null;
          "plaintiff_name": string;
          "source": string | null;
          "source_reference": string | null;
          "source_row_index": number | null;
          "state": string | null;
          "status": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "amount": number;
          "batch_id"?: string | null;
          "case_number": string;
          "county"?: string | null;
          "court"?: string | null;
          "created_at"?: string;
          "defendant_address"?: string | null;
          "defendant_email"?: string | null;
          "defendant_name": string;
          "defendant_phone"?: string | null;
          "enforcement_stage"?: string;
          "enforcement_stage_updated_at"?: string | null;
          "filing_date"?: string | null;
          "id"?: never;
          "judgment_date": string;
          "plaintiff_id"?: string | null;
          "plaintiff_name": string;
          "source"?: string | null;
          "source_reference"?: string | null;
          "source_row_index"?: number | null;
          "state"?: string | null;
          "status"?: string;
          "updated_at"?: string;
        };
        Update: {
          "amount"?: number;
          "batch_id"?: string | null;
          "case_number"?: string;
          "county"?: string | null;
          "court"?: string | null;
          "created_at"?: string;
          "defendant_address"?: string | null;
          "defendant_email"?: string | null;
          "defendant_name"?: string;
          "defendant_phone"?: string | null;
          "enforcement_stage"?: string;
          "enforcement_stage_updated_at"?: string | null;
          "filing_date"?: string | null;
          "id"?: never;
          "judgment_date"?: string;
          "plaintiff_id"?: string | null;
          "plaintiff_name"?: string;
          "source"?: string | null;
          "source_reference"?: string | null;
          "source_row_index"?: number | null;
          "state"?: string | null;
          "status"?: string;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "plaintiffs": {
        Row: {
          "created_at": string;
          "firm_name": string | null;
          "id": string;
          "is_proof": boolean;
          "merge_reason": string | null;
          "merged_into": string | null;
          "name": string;
          "name_normalized": string;
          "standing_id": string;
          "status": string | null;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "firm_name"?: string | null;
          "id"?: string;
          "is_proof"?: never;
          "merge_reason"?: string | null;
          "merged_into"?: string | null;
          "name": string;
          "name_normalized": string;
          "standing_id"?: never;
          "status"?: string | null;
          "updated_at"?: string;
        };
        Update: {
          "created_at"?: string;
          "firm_name"?: string | null;
          "id"?: string;
          "is_proof"?: never;
          "merge_reason"?: string | null;
          "merged_into"?: string | null;
          "name"?: string;
          "name_normalized"?: string;
          "standing_id"?: never;
          "status"?: string | null;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "plaintiffs_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "plaintiffs";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "plaintiffs_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "v_plaintiffs_overview";
            referencedColumns: ["plaintiff_id"];
          },
        ];
      };
      "tasks": {
        Row: {
          "assigned_role": string | null;
          "completed_at": string | null;
          "created_at": string;
          "id": string;
          "plaintiff_id": string;
          "priority": string;
          "reason": string;
          "status": string;
          "title": string;
        };
        ComputedFields: never;
        Insert: {
          "assigned_role"?: string | null;
          "completed_at"?: string | null;
          "created_at"?: string;
          "id"?: string;
          "plaintiff_id": string;
          "priority"?: string;
          "reason": string;
          "status"?: string;
          "title": string;
        };
        Update: {
          "assigned_role"?: string | null;
          "completed_at"?: string | null;
          "created_at"?: string;
          "id"?: string;
          "plaintiff_id"?: string;
          "priority"?: string;
          "reason"?: string;
          "status"?: string;
          "title"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "tasks_plaintiff_id_fkey";
            columns: ["plaintiff_id"];
            isOneToOne: false;
            referencedRelation: "plaintiffs";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "tasks_plaintiff_id_fkey";
            columns: ["plaintiff_id"];
            isOneToOne: false;
            referencedRelation: "v_plaintiffs_overview";
            referencedColumns: ["plaintiff_id"];
          },
        ];
      };
    };
    Views: {
      "v_enforcement_overview": {
        Row: {
          "case_count": number | null;
          "collectability_tier": string | null;
          "enforcement_stage": string | null;
          "total_judgment_amount": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "v_judgment_pipeline": {
        Row: {
          "batch_id": string | null;
          "case_number": string;
          "collectability_tier": string | null;
          "defendant_name": string;
          "enforcement_stage": string;
          "enforcement_stage_updated_at": string | null;
          "judgment_amount": number;
          "judgment_id": number;
          "plaintiff_id": string | null;
          "plaintiff_name": string;
        };
        ComputedFields: never;
        Insert: {
          "batch_id"?: string | null;
          "case_number"?: string | null;
          "collectability_tier"?: never;
          "defendant_name"?: string | null;
          "enforcement_stage"?: string | null;
          "enforcement_stage_updated_at"?: string | null;
          "judgment_amount"?: number | null;
          "judgment_id"?: number | null;
          "plaintiff_id"?: string | null;
          "plaintiff_name"?: string | null;
        };
        Update: {
          "batch_id"?: string | null;
          "case_number"?: string | null;
          "collectability_tier"?: never;
          "defendant_name"?: string | null;
          "enforcement_stage"?: string | null;
          "enforcement_stage_updated_at"?: string | null;
          "judgment_amount"?: number | null;
          "judgment_id"?: number | null;
          "plaintiff_id"?: string | null;
          "plaintiff_name"?: string | null;
        };
        Relationships: [];
      };
      "v_migration_status": {
        Row: {
          "executed_at": string | null;
          "name": string | null;
          "source": string | null;
          "version": string;
        };
        ComputedFields: never;
        Insert: {
          "executed_at"?: never;
          "name"?: string | null;
          "source"?: never;
          "version"?: string | null;
        };
        Update: {
          "executed_at"?: never;
          "name"?: string | null;
          "source"?: never;
          "version"?: string | null;
        };
        Relationships: [];
      };
      "v_plaintiffs_overview": {
        Row: {
          "case_count": number | null;
          "firm_name": string | null;
          "plaintiff_id": string;
          "plaintiff_name": string;
          "status": string | null;
          "total_judgment_amount": number | null;
        };
        ComputedFields: never;
        Insert: {
          "case_count"?: never;
          "firm_name"?: string | null;
          "plaintiff_id"?: string | null;
          "plaintiff_name"?: string | null;
          "status"?: string | null;
          "total_judgment_amount"?: never;
        };
        Update: {
          "case_count"?: never;
          "firm_name"?: string | null;
          "plaintiff_id"?: string | null;
          "plaintiff_name"?: string | null;
          "status"?: string | null;
          "total_judgment_amount"?: never;
        };
        Relationships: [];
      };
    };
    Functions: {
      "collectability_tier": { Args: { "amount": number; "judgment_date": string }; Returns: string };
      "normalize_name": { Args: { "name": string }; Returns: string };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof (
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
    )
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals } ? (
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
  )[TableName] extends {
    Row: infer R;
  } ? R
  : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R;
    } ? R
    : never
  : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Insert: infer I;
  } ? I
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I;
    } ? I
    : never
  : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Update: infer U;
  } ? U
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U;
    } ? U
    : never
  : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never;

export const Constants = {
  "audit": {
    Enums: {},
  },
  "enforcement": {
    Enums: {},
  },
  "evidence": {
    Enums: {},
  },
  "intake": {
    Enums: {},
  },
  "legal": {
    Enums: {},
  },
  "ops": {
    Enums: {},
  },
  "public": {
    Enums: {},
  },
} as const;
