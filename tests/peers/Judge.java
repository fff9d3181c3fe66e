import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.EvidenceRecordWrapper;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.diagnostic.jaxb.XmlDigestMatcher;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/**
 * What EU DSS says of a container, or of an evidence record with its files, one fact a line:
 *
 *   record NAME INDICATION SUBINDICATION
 *   file NAME found|missing intact|altered
 *   timestamp TYPE INDICATION intact|altered found|missing
 *   signature INDICATION SUBINDICATION
 *
 * A question is a line: DOCUMENT [--anchor CERTIFICATE]... [--detached FILE]... [--at INSTANT], parted by tabulators.
 * The answer ends with a line of one full stop, or with one that begins with an exclamation mark.
 */
public class Judge {
    public static void main(String[] none) throws Exception {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = questions.readLine()) != null;) {
            try {
                judge(line.split("\t"));
                System.out.println(".");
            } catch (Exception failure) {
                System.out.println("! " + failure.toString().replace('\n', ' '));
            }
        }
    }

    private static void judge(String[] arguments) throws Exception {
        SignedDocumentValidator validator =
            SignedDocumentValidator.fromDocument(new FileDocument(new File(arguments[0])));
        CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
        List<DSSDocument> detached = new ArrayList<>();
        for (int i = 1; i < arguments.length; i += 2) {
            switch (arguments[i]) {
                case "--anchor" -> anchors.addCertificate(DSSUtils.loadCertificate(new File(arguments[i + 1])));
                case "--detached" -> detached.add(new FileDocument(new File(arguments[i + 1])));
                case "--at" -> validator.setValidationTime(Date.from(Instant.parse(arguments[i + 1])));
                default -> throw new IllegalArgumentException(arguments[i]);
            }
        }
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(anchors);
        validator.setCertificateVerifier(verifier);
        if (!detached.isEmpty()) {
            validator.setDetachedContents(detached);
        }
        Reports reports = validator.validateDocument();
        DiagnosticData data = reports.getDiagnosticData();
        SimpleReport simple = reports.getSimpleReport();
        for (EvidenceRecordWrapper record : data.getEvidenceRecords()) {
            say("record", record.getFilename(), simple.getIndication(record.getId()),
                simple.getSubIndication(record.getId()));
            for (XmlDigestMatcher matcher : record.getDigestMatchers()) {
                say("file", matcher.getDocumentName(), matcher.isDataFound() ? "found" : "missing",
                    matcher.isDataIntact() ? "intact" : "altered");
            }
        }
        for (TimestampWrapper timestamp : data.getTimestampList()) {
            say("timestamp", timestamp.getType(), simple.getIndication(timestamp.getId()),
                timestamp.isMessageImprintDataIntact() && timestamp.isSignatureIntact() ? "intact" : "altered",
                timestamp.isMessageImprintDataFound() ? "found" : "missing");
        }
        for (SignatureWrapper signature : data.getSignatures()) {
            say("signature", simple.getIndication(signature.getId()), simple.getSubIndication(signature.getId()));
        }
    }

    private static void say(Object... words) {
        StringBuilder line = new StringBuilder();
        for (Object word : words) {
            line.append(line.length() == 0 ? "" : " ").append(word == null ? "-" : word.toString().replace(' ', '_'));
        }
        System.out.println(line);
    }
}
