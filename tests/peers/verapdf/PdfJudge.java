import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * What veraPDF says of each file, one line a file and one a rule that does not hold:
 *
 *   file NAME FLAVOUR-THAT-IT-CLAIMS compliant|broken
 *   rule NAME CLAUSE MESSAGE
 *
 * They are validated as PDF/A-2b, whatever they claim. A question is a line of paths, parted by tabulators; the answer
 * ends with a line of one full stop, or with one that begins with an exclamation mark.
 */
public class PdfJudge {
    public static void main(String[] none) throws Exception {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        VeraGreenfieldFoundryProvider.initialise();
        for (String line; (line = questions.readLine()) != null;) {
            try {
                judge(line.split("\t"));
                System.out.println(".");
            } catch (Exception failure) {
                System.out.println("! " + failure.toString().replace('\n', ' '));
            }
        }
    }

    private static void judge(String[] paths) throws Exception {
        for (String path : paths) {
            File file = new File(path);
            try (PDFAParser parser = Foundries.defaultInstance().createParser(file, PDFAFlavour.PDFA_2_B, PDFAFlavour.PDFA_2_B)) {
                PDFAValidator validator =
                    Foundries.defaultInstance().createValidator(PDFAFlavour.PDFA_2_B, false);
                ValidationResult result = validator.validate(parser);
                System.out.println("file " + file.getName() + " " + claimed(file) + " "
                    + (result.isCompliant() ? "compliant" : "broken"));
                result.getTestAssertions().stream()
                    .filter(each -> each.getStatus() == TestAssertion.Status.FAILED)
                    .map(each -> each.getRuleId().getClause() + "-" + each.getRuleId().getTestNumber() + " " + each.getMessage())
                    .distinct()
                    .forEach(rule -> System.out.println("rule " + file.getName() + " " + rule.replace('\n', ' ')));
            }
        }
    }

    private static String claimed(File file) throws Exception {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(file)) {
            return parser.getFlavour().getId();
        }
    }
}
